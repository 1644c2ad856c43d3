// A label selector in string form, as status.selector of a scale subresource publishes it: `app=x,tier in (a,b),!c,d`.
// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "controller/kube/json.h"

namespace aia::kube {

/// Sorted by key: half the memory of a map, for tens of thousands of pods.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// metadata.labels of an object.
Labels labels_of(const Json& object);

/// An object's name as the value of a label, which holds 63 characters and ends in a letter or digit: cut to that.
std::string label_value(std::string name);

/// The value of a label, or nullptr.
const std::string* find_label(const Labels& labels, std::string_view key);

/// One condition on one key. NotIn also holds where the key is absent, as in Kubernetes.
struct Requirement {
  enum class Operator { In, NotIn, Exists, DoesNotExist };
  std::string key;
  Operator op = Operator::Exists;
  std::vector<std::string> values;
  bool operator==(const Requirement&) const = default;
  [[nodiscard]] bool matches(const Labels& labels) const;
};

/// All requirements hold. One without requirements matches everything.
struct Selector {
  std::vector<Requirement> requirements;
  [[nodiscard]] bool matches(const Labels& labels) const;
};

/// Errors: Invalid, with the text and what was expected where; `<` and `>`, which no pod selector uses, are refused.
Result<Selector> parse_selector(std::string_view text);

}  // namespace aia::kube
