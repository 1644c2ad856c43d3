// Derives each condition from the pool by a function of its own, and Ready from these conditions.
#include "controller/loop/nodepool/pool_conditions.h"

#include <algorithm>

#include "controller/loop/report/condition.h"

namespace aia::loop {
namespace {

using api::Code;
using api::Condition;
using api::ConditionStatus;
using api::ConditionType;

std::string count(int n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string labels_in_words(const api::AcceleratorPoolSpec& spec) {
  std::string words;
  for (const auto& [key, value] : spec.node_labels) words += (words.empty() ? "" : ",") + key + "=" + value;
  return words;
}

/// The first three nodes, and how many more there are.
std::string first_nodes(const std::vector<std::string>& nodes) {
  constexpr std::size_t kNamed = 3;
  std::string words;
  for (std::size_t i = 0; i < std::min(kNamed, nodes.size()); ++i) words += (words.empty() ? "" : ", ") + nodes[i];
  if (nodes.size() > kNamed) words += ", and " + std::to_string(nodes.size() - kNamed) + " more";
  return words;
}

std::string troubles_in_words(const Pool& pool) {
  return pool.seen.troubles.empty() ? "" : "; of no use now: " + first_nodes(pool.seen.troubles);
}

Condition nodes_found(const Pool& pool) {
  const auto type = ConditionType::NodesFound;
  if (!pool.seen.supply.nodes.empty())
    return condition(type, ConditionStatus::True, Code::Found,
                     "nodes with " + labels_in_words(pool.object.spec) + " are there" + troubles_in_words(pool));
  const bool should_be = pool.seen.supply.size.value_or(0) > 0;
  return condition(type, should_be ? ConditionStatus::False : ConditionStatus::Unknown, Code::NoNodeMatches,
                   "no node has the labels " + labels_in_words(pool.object.spec) +
                       (should_be ? "; correct spec.nodes.labels, or look why " +
                                        pool.object.spec.scale_ref->to_string() + " brings no nodes"
                                  : "; that is right while the pool is empty, else correct spec.nodes.labels"));
}

Condition gpus_found(const Pool& pool) {
  const auto type = ConditionType::GpusFound;
  const auto& spec = pool.object.spec;
  if (pool.seen.bare > 0) {
    return condition(type, ConditionStatus::False, Code::GpuResourceMissing,
                     count(pool.seen.bare, "node") + " Ready without any " + spec.gpu_resource +
                         ": the device plugin " + (pool.seen.barren ? "does not come up" : "is not up yet") +
                         ", or correct spec.nodes.gpu" +
                         (pool.seen.shorts.empty() ? "" : "; " + first_nodes(pool.seen.shorts)));
  }
  if (pool.seen.ready_nodes() == 0)
    return condition(type, ConditionStatus::Unknown, Code::NoReadyNode, "no node is Ready, so none could be looked at");
  if (!pool.seen.shorts.empty())
    return condition(
        type, ConditionStatus::True, Code::SomeMissing,
        first_nodes(pool.seen.shorts) + ": they count with what they offer; repair them, or correct spec.nodes.gpu");
  return condition(type, ConditionStatus::True, Code::Found, "the nodes offer " + spec.gpu_resource);
}

Condition nodes_arriving(const Pool& pool) {
  const auto type = ConditionType::NodesArriving;
  if (const int missing = pool.seen.stuck + pool.seen.unfilled; missing > 0) {
    return condition(
        type, ConditionStatus::False, Code::NodesStuck,
        count(missing, "node") + (pool.seen.stuck > 0 ? " asked for" : " that pods or our buffers wait for") +
            " did not come within " + format_rough(2 * pool.seen.lead.p90) +
            " (twice the lead time): look at quotas, capacity and the node autoscaler's log; replicas follow " +
            "what is needed now" + troubles_in_words(pool));
  }
  const auto starting =
      std::count_if(pool.seen.nodes.begin(), pool.seen.nodes.end(), [](const auto& node) { return node.starting; });
  if (starting > 0)
    return condition(type, ConditionStatus::True, Code::Starting,
                     count(static_cast<int>(starting), "node") + " on the way");
  return condition(type, ConditionStatus::True, Code::Settled, "no node is on its way");
}

/// Our change of the pool that is not undone, in words; empty: none.
std::string left_behind(const Pool& pool) {
  const auto& before = pool.state->status.last.before;
  return before ? "its size was " + std::to_string(before->nodes) + " before" : "";
}

/// Why our change is not undone yet, in words; empty: nothing to undo.
std::string still_held(const Pool& pool) {
  const std::string left = left_behind(pool);
  if (left.empty()) return "";
  const int unlabelled = pool.seen.supply.busy_unlabelled;
  return "; " + left + ", and goes back when no pod holds the nodes beyond that, or waits for them" +
         (unlabelled > 0 ? "; pods run on " + count(unlabelled, "node") + " of it without spec.nodes.labels" : "");
}

/// The condition where a write failed.
Condition not_written(const Pool& pool, const Error& error) {
  const auto type = ConditionType::AbleToSize;
  const bool forbidden = error.kind == ErrorKind::Forbidden;
  const std::string what = error.message + (forbidden ? "; allow it (manifests/overlays/act)" : "");
  const std::string left = left_behind(pool);
  if (pool.any_counts())
    return condition(type, ConditionStatus::False, forbidden ? Code::Forbidden : Code::WriteFailed, what);
  return condition(type, ConditionStatus::False, Code::ReleaseNeeded,
                   "what was done for this pool cannot be undone (" + what + (left.empty() ? "" : "; " + left) +
                       "): run `aiautoscaler release --all`");
}

/// The condition where the provider refuses, or the pool could not be read.
Condition not_sizeable(const Pool& pool) {
  const auto type = ConditionType::AbleToSize;
  const auto& supply = pool.seen.supply;
  const std::string left = left_behind(pool);
  if (supply.refusal)
    return condition(
        type, ConditionStatus::False, supply.refusal->code,
        supply.refusal->message + (left.empty() ? "" : "; " + left + ": `aiautoscaler release --all` puts it back"));
  const bool invalid = supply.problem->kind == ErrorKind::Invalid;
  const bool gone = invalid || supply.problem->kind == ErrorKind::NotFound;
  const bool for_ever = invalid && !left.empty();
  return condition(
      type, gone ? ConditionStatus::False : ConditionStatus::Unknown, gone ? Code::ScaleNotFound : Code::Unavailable,
      supply.problem->message + (for_ever ? "; " + left + ": `aiautoscaler release --all --force` forgets it" : ""));
}

Condition able_to_size(const Pool& pool) {
  const auto type = ConditionType::AbleToSize;
  const auto& supply = pool.seen.supply;
  if (const Error* error = pool.refused()) return not_written(pool, *error);
  if (supply.refusal || supply.problem) return not_sizeable(pool);
  if (pool.members.empty())
    return condition(type, ConditionStatus::Unknown, Code::Unused,
                     "no AIAutoscaler names this pool in spec.nodePoolRefs" + still_held(pool));
  if (!pool.any(&NodeNeed::acts)) {
    const bool paused = pool.any(&NodeNeed::stays);
    return condition(type, ConditionStatus::Unknown, paused ? Code::Paused : Code::Recommending,
                     paused ? "its AIAutoscalers are Paused or not the only owners: what there is is held as it is"
                            : "its AIAutoscalers are in mode Recommend: no nodes are asked for" + still_held(pool));
  }
  if (!supply.rolling.empty())
    return condition(type, ConditionStatus::True, Code::Rollout, "nodes may be asked for; " + supply.rolling);
  return condition(type, ConditionStatus::True, Code::ReadyToSize, "nodes may be asked for");
}

Condition size_limited(const Pool& pool) {
  const auto type = ConditionType::SizeLimited;
  if (pool.plan.planned && pool.plan.planned->limited)
    return condition(type, ConditionStatus::True, Code::MaxNodes,
                     "more than maxNodes " + std::to_string(pool.object.spec.max_nodes) + " are needed");
  return condition(type, ConditionStatus::False, Code::WithinBounds, "the need lies within the bounds");
}

Condition sum_of(const Pool& pool, const std::vector<Condition>& parts) {
  const auto* able = find_condition(parts, ConditionType::AbleToSize);
  if (pool.object.meta.deleting) {
    const std::string why_not = able->status == ConditionStatus::False ? ": " + able->message : still_held(pool);
    return condition(ConditionType::Ready, ConditionStatus::False, Code::Deleting,
                     "it goes when what was done for it is undone" + why_not);
  }
  for (const auto& part : parts) {
    if (part.status == ConditionStatus::False && part.type != ConditionType::SizeLimited &&
        part.type != ConditionType::NodesFound)
      return condition(ConditionType::Ready, ConditionStatus::False, part.reason, part.message);
  }
  if (able->status == ConditionStatus::Unknown)
    return condition(ConditionType::Ready, ConditionStatus::Unknown, able->reason, able->message);
  return condition(ConditionType::Ready, ConditionStatus::True, Code::Active, "nodes are asked for ahead of demand");
}

}  // namespace

std::vector<Condition> conditions_of(const Pool& pool) {
  return conditions_of(pool, [&] {
    std::vector<Condition> conditions = {nodes_found(pool), gpus_found(pool), nodes_arriving(pool), able_to_size(pool),
                                         size_limited(pool)};
    conditions.insert(conditions.begin(), sum_of(pool, conditions));
    return conditions;
  });
}

}  // namespace aia::loop
