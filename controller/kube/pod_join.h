// Which pods belong to which target: all selectors of a namespace against all its pods in one pass. A selector that
// asks for one label value (every workload's does) is looked at only for pods that carry it, so that thousands of
// targets in one namespace cost one look-up a label instead of a full match each.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "controller/kube/selector.h"

namespace aia::kube {

class PodJoin {
 public:
  /// `target`: what matches() hands back for this selector.
  void add(Selector selector, std::size_t target);

  /// Calls visit(target) for each selector that matches.
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
