// Matches all selectors of a namespace against all its pods in one pass. A selector that requires a single label value,
// as every workload's does, is compared only with pods that carry this value. So thousands of targets in a namespace
// cost one look-up per label instead of a full match each.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "controller/kube/client/selector.h"

namespace aia::kube {

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
