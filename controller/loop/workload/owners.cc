// Other controllers are looked up in the cluster's caches. AIAutoscalers on the same target are compared by age,
// because two of them would otherwise stand back for each other.
#include "controller/loop/workload/owners.h"

#include <map>
#include <utility>

namespace aia::loop {
namespace {

using TargetKey = std::pair<std::string, api::TargetRef>;

TargetKey target_key(const Workload& workload) {
  return {workload.object.meta.ns, workload.object.spec.target};
}

/// Returns the oldest AIAutoscaler per target, without those in Recommend, which own nothing.
std::map<TargetKey, const Workload*> oldest_by_target(const Workloads workloads) {
  std::map<TargetKey, const Workload*> oldest;
  for (const auto& workload : workloads) {
    if (!workload.usable() || workload.object.spec.mode == api::Mode::Recommend) continue;
    auto& current = oldest[target_key(workload)];
    if (current == nullptr || api::is_older(workload.object, current->object)) current = &workload;
  }
  return oldest;
}

std::string in_words(const std::vector<ports::Owner>& owners) {
  std::string words;
  for (const auto& owner : owners) words += (words.empty() ? "" : ", ") + owner.kind + " " + owner.name;
  return words;
}

}  // namespace

void find_other_owners(const Cycle& cycle, Workloads workloads, ports::Cluster& cluster) {
  const auto oldest = oldest_by_target(workloads);
  for_each_usable(cycle, workloads, "observe", [&](Workload& workload) {
    const auto& meta = workload.object.meta;
    const auto others = cluster.other_owners(meta.ns, workload.object.spec.target);
    const auto first = oldest.find(target_key(workload));
    if (!others.empty()) {
      workload.seen.other_owner = in_words(others) + " scales it too";
    } else if (first != oldest.end() && first->second != &workload) {
      workload.seen.other_owner = "AIAutoscaler " + first->second->object.meta.name + " scales it too and is older";
    }
  });
}

void stand_back(const Cycle& cycle, Workloads workloads) {
  for_each_usable(cycle, workloads, "observe", [&](Workload& workload) {
    const auto until = workload.state->writes.standing_back(cycle.now);
    if (!until || !workload.seen.other_owner.empty()) return;
    const std::string writer = workload.seen.target ? workload.seen.target->replicas_writer : "";
    workload.seen.stood_back = true;
    workload.seen.other_owner =
        (writer.empty() ? "somebody" : "\"" + writer + "\" (a field manager)") +
        " set the replicas back twice after we wrote them (GitOps? leave spec.replicas out of the "
        "manifest); standing back until " +
        format_rfc3339(*until);
  });
}

}  // namespace aia::loop
