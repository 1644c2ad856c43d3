// Files each selector under one "key=value" that the selector requires. A pod is then compared only with the selectors
// under its own labels, and with the few selectors that require no single value. See pod_join.h.
#include "controller/kube/workload/pod_join.h"

namespace aia::kube {

void PodJoin::add(Selector selector, std::size_t target) {
  const std::size_t index = entries_.size();
  std::vector<std::size_t>* shortest = nullptr;  // not a label that all workloads share, whose list is long
  for (const Requirement& requirement : selector.requirements) {
    if (requirement.op != Requirement::Operator::In || requirement.values.size() != 1) continue;
    std::vector<std::size_t>& candidate = by_label_[label_key(requirement.key, requirement.values.front())];
    if (shortest == nullptr || candidate.size() < shortest->size()) shortest = &candidate;
  }
  (shortest == nullptr ? others_ : *shortest).push_back(index);
  entries_.push_back({std::move(selector), target});
}

void PodJoin::matches(const Labels& labels, const std::function<void(std::size_t)>& visit) const {
  const auto try_entries = [&](const std::vector<std::size_t>& indices) {
    for (const std::size_t index : indices) {
      if (entries_[index].selector.matches(labels)) visit(entries_[index].target);
    }
  };
  for (const auto& [key, value] : labels) {
    const auto found = by_label_.find(label_key(key, value));
    if (found != by_label_.end()) try_entries(found->second);
  }
  try_entries(others_);
}

}  // namespace aia::kube
