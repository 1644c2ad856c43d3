// A label selector in string form, as status.selector of a scale subresource publishes selectors: `app=x,tier in
// (a,b),!c,d`. Parsed once, a selector is matched against the labels of tens of thousands of pods. Source:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "controller/kube/client/json.h"

namespace aia::kube {

/// Keys and values, sorted by key. A vector takes half the memory of a map, which counts for tens of thousands of pods.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// metadata.labels of an object.
Labels labels_of(const Json& object);

/// The name of an object, cut to a valid label value: at most 63 characters, ending in a letter or digit.
std::string label_value(std::string name);

/// The value of a label, or nullptr.
const std::string* find_label(const Labels& labels, std::string_view key);

/// A condition on a single key. As in Kubernetes, NotIn also holds where the key is absent.
struct Requirement {
  enum class Operator { In, NotIn, Exists, DoesNotExist };
  std::string key;
  Operator op = Operator::Exists;
  std::vector<std::string> values;
  bool operator==(const Requirement&) const = default;
  [[nodiscard]] bool matches(const Labels& labels) const;
};

/// Matches if all requirements hold. A selector without requirements matches everything.
struct Selector {
  std::vector<Requirement> requirements;
  [[nodiscard]] bool matches(const Labels& labels) const;
};

/// Errors: Invalid, with the text, the expected token and its place. `<` and `>` are refused, because no pod selector
/// uses these operators.
Result<Selector> parse_selector(std::string_view text);

/// Matches many selectors at once, such as all selectors of a namespace against all its pods in one pass. A selector
/// that requires a single label value, as every workload's does, is compared only with pods that carry this value. So
/// thousands of targets in a namespace cost one look-up per label instead of a full match each.
class PodJoin {
 public:
  /// `target`: the number that matches() passes to `visit` for this selector.
  void add(Selector selector, std::size_t target);

  /// Calls visit(target) for each selector that matches `labels`.
  void matches(const Labels& labels, const std::function<void(std::size_t target)>& visit) const;

 private:
  struct Entry {
    Selector selector;
    std::size_t target;
  };
  static std::string label_key(const std::string& key, const std::string& value) { return key + '=' + value; }

  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_label_;  ///< "key=value" → entries
  std::vector<std::size_t> others_;                                     ///< entries without such a label
};

}  // namespace aia::kube
