// Tells about a pool: conditions, status, Events, and the report for logs and metrics. Values unknown in this cycle
// keep their place in the status, and the status is written only if its substance differs, or once per grid step.
#include <algorithm>

#include "controller/api/meta_json.h"
#include "controller/loop/conditions.h"
#include "controller/loop/pools.h"
#include "controller/loop/status.h"
#include "controller/loop/turns.h"

namespace aia::loop {
namespace {

using api::Code;
using api::Condition;
using api::ConditionStatus;
using api::ConditionType;

Condition make(ConditionType type, ConditionStatus status, Code reason, std::string message) {
  return {type, status, reason, std::move(message), {}, 0};
}

std::string count(int n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string labels_in_words(const api::AcceleratorPoolSpec& spec) {
  std::string words;
  for (const auto& [key, value] : spec.node_labels) words += (words.empty() ? "" : ",") + key + "=" + value;
  return words;
}

/// The first three nodes, and how many more there are.
std::string first_of(const std::vector<std::string>& nodes) {
  constexpr std::size_t kNamed = 3;
  std::string words;
  for (std::size_t i = 0; i < std::min(kNamed, nodes.size()); ++i) words += (words.empty() ? "" : ", ") + nodes[i];
  if (nodes.size() > kNamed) words += ", and " + std::to_string(nodes.size() - kNamed) + " more";
  return words;
}

std::string troubles_in_words(const Pool& pool) {
  return pool.troubles.empty() ? "" : "; of no use now: " + first_of(pool.troubles);
}

Condition nodes_found(const Pool& pool) {
  const auto type = ConditionType::NodesFound;
  if (!pool.supply.nodes.empty())
    return make(type, ConditionStatus::True, Code::Found,
                "nodes with " + labels_in_words(pool.object.spec) + " are there" + troubles_in_words(pool));
  const bool should_be = pool.supply.size.value_or(0) > 0;
  return make(type, should_be ? ConditionStatus::False : ConditionStatus::Unknown, Code::NoNodeMatches,
              "no node has the labels " + labels_in_words(pool.object.spec) +
                  (should_be ? "; correct spec.nodes.labels, or look why " + pool.object.spec.scale_ref->to_string() +
                                   " brings no nodes"
                             : "; that is right while the pool is empty, else correct spec.nodes.labels"));
}

Condition gpus_found(const Pool& pool) {
  const auto type = ConditionType::GpusFound;
  const auto& spec = pool.object.spec;
  if (pool.bare > 0) {
    return make(type, ConditionStatus::False, Code::GpuResourceMissing,
                count(pool.bare, "node") + " Ready without any " + spec.gpu_resource + ": the device plugin " +
                    (pool.barren ? "does not come up" : "is not up yet") + ", or correct spec.nodes.gpu" +
                    (pool.shorts.empty() ? "" : "; " + first_of(pool.shorts)));
  }
  if (pool.ready_nodes() == 0)
    return make(type, ConditionStatus::Unknown, Code::NoReadyNode, "no node is Ready, so none could be looked at");
  if (!pool.shorts.empty())
    return make(type, ConditionStatus::True, Code::SomeMissing,
                first_of(pool.shorts) + ": they count with what they offer; repair them, or correct spec.nodes.gpu");
  return make(type, ConditionStatus::True, Code::Found, "the nodes offer " + spec.gpu_resource);
}

Condition nodes_arriving(const Pool& pool) {
  const auto type = ConditionType::NodesArriving;
  if (const int missing = pool.stuck + pool.unfilled; missing > 0) {
    return make(type, ConditionStatus::False, Code::NodesStuck,
                count(missing, "node") + (pool.stuck > 0 ? " asked for" : " that pods or our buffers wait for") +
                    " did not come within " + format_rough(2 * pool.lead.p90) +
                    " (twice the lead time): look at quotas, capacity and the node autoscaler's log; replicas follow " +
                    "what is needed now" + troubles_in_words(pool));
  }
  const auto starting =
      std::count_if(pool.nodes.begin(), pool.nodes.end(), [](const auto& node) { return node.starting; });
  if (starting > 0)
    return make(type, ConditionStatus::True, Code::Starting, count(static_cast<int>(starting), "node") + " on the way");
  return make(type, ConditionStatus::True, Code::Settled, "no node is on its way");
}

/// Our change of the pool that is not undone, in words; empty: none.
std::string left_behind(const Pool& pool) {
  const auto& before = pool.state->status.before;
  return before ? "its size was " + std::to_string(before->nodes) + " before" : "";
}

/// Why our change is not undone yet, in words; empty: nothing to undo.
std::string still_held(const Pool& pool) {
  const std::string left = left_behind(pool);
  if (left.empty()) return "";
  const int unlabelled = pool.supply.busy_unlabelled;
  return "; " + left + ", and goes back when no pod holds the nodes beyond that, or waits for them" +
         (unlabelled > 0 ? "; pods run on " + count(unlabelled, "node") + " of it without spec.nodes.labels" : "");
}

Condition able_to_size(const Pool& pool) {
  const auto type = ConditionType::AbleToSize;
  const bool acts = pool.any_counts();
  if (const Error* error = pool.refused()) {
    const bool forbidden = error->kind == ErrorKind::Forbidden;
    const std::string what = error->message + (forbidden ? "; allow it (manifests/overlays/act)" : "");
    const std::string left = left_behind(pool);
    if (!acts)
      return make(type, ConditionStatus::False, Code::ReleaseNeeded,
                  "what was done for this pool cannot be undone (" + what + (left.empty() ? "" : "; " + left) +
                      "): run `aiautoscaler release --all`");
    return make(type, ConditionStatus::False, forbidden ? Code::Forbidden : Code::WriteFailed, what);
  }
  if (pool.supply.refusal) {
    const std::string left = left_behind(pool);
    return make(type, ConditionStatus::False, pool.supply.refusal->code,
                pool.supply.refusal->message +
                    (left.empty() ? "" : "; " + left + ": `aiautoscaler release --all` puts it back"));
  }
  if (pool.supply.problem) {
    const bool gone =
        pool.supply.problem->kind == ErrorKind::NotFound || pool.supply.problem->kind == ErrorKind::Invalid;
    const std::string left = left_behind(pool);
    const bool for_ever = pool.supply.problem->kind == ErrorKind::Invalid && !left.empty();
    return make(type, gone ? ConditionStatus::False : ConditionStatus::Unknown,
                gone ? Code::ScaleNotFound : Code::Unavailable,
                pool.supply.problem->message +
                    (for_ever ? "; " + left + ": `aiautoscaler release --all --force` forgets it" : ""));
  }
  if (pool.members.empty())
    return make(type, ConditionStatus::Unknown, Code::Unused,
                "no AIAutoscaler names this pool in spec.nodePoolRefs" + still_held(pool));
  if (!pool.any(&PoolNeed::acts)) {
    const bool paused = pool.any(&PoolNeed::stays);
    return make(type, ConditionStatus::Unknown, paused ? Code::Paused : Code::Recommending,
                paused ? "its AIAutoscalers are Paused or not the only owners: what there is is held as it is"
                       : "its AIAutoscalers are in mode Recommend: no nodes are asked for" + still_held(pool));
  }
  if (!pool.supply.rolling.empty())
    return make(type, ConditionStatus::True, Code::Rollout, "nodes may be asked for; " + pool.supply.rolling);
  return make(type, ConditionStatus::True, Code::ReadyToSize, "nodes may be asked for");
}

Condition size_limited(const Pool& pool) {
  const auto type = ConditionType::SizeLimited;
  if (pool.planned && pool.planned->limited)
    return make(type, ConditionStatus::True, Code::MaxNodes,
                "more than maxNodes " + std::to_string(pool.object.spec.max_nodes) + " are needed");
  return make(type, ConditionStatus::False, Code::WithinBounds, "the need lies within the bounds");
}

Condition sum_of(const Pool& pool, const std::vector<Condition>& parts) {
  const auto* able = find_condition(parts, ConditionType::AbleToSize);
  if (pool.object.meta.deleting) {
    const std::string why_not = able->status == ConditionStatus::False ? ": " + able->message : still_held(pool);
    return make(ConditionType::Ready, ConditionStatus::False, Code::Deleting,
                "it goes when what was done for it is undone" + why_not);
  }
  for (const auto& part : parts) {
    if (part.status == ConditionStatus::False && part.type != ConditionType::SizeLimited &&
        part.type != ConditionType::NodesFound)
      return make(ConditionType::Ready, ConditionStatus::False, part.reason, part.message);
  }
  if (able->status == ConditionStatus::Unknown)
    return make(ConditionType::Ready, ConditionStatus::Unknown, able->reason, able->message);
  return make(ConditionType::Ready, ConditionStatus::True, Code::Active, "nodes are asked for ahead of demand");
}

std::int64_t gpus(const Pool& pool, bool held) {
  std::int64_t sum = 0;
  for (const auto& node : pool.nodes)
    if (node.usable) sum += api::amount(held ? node.held : node.allocatable, pool.object.spec.gpu_resource);
  return sum;
}

api::Reasons pool_reasons_of(const Pool& pool, const std::vector<Condition>& conditions) {
  if (!pool.planned || pool.broken) return {{conditions.front().reason, conditions.front().message}};
  auto reasons = pool.acting ? pool.acting->reasons : pool.planned->reasons;
  if (reasons.empty()) reasons.push_back({conditions.front().reason, conditions.front().message});
  if (reasons.size() > api::kMaxReasons) reasons.resize(api::kMaxReasons);
  for (auto& reason : reasons) reason.message = api::cut(reason.message, api::kMaxMessage);
  return reasons;
}

api::AcceleratorPoolStatus pool_status_of(const Pool& pool, WallTime now) {
  auto status = pool.state->status;  // keeps values unknown in this cycle, and the original size
  status.observed_generation = pool.object.meta.generation;
  const auto conditions = conditions_of(pool);
  if (!pool.problem) {
    status.nodes = std::max(static_cast<int>(pool.nodes.size()), pool.supply.size.value_or(0));
    status.ready_nodes = pool.ready_nodes();
    status.gpus = gpus(pool, false);
    status.used_gpus = gpus(pool, true);
    status.lead_time = {pool.lead.source, pool.lead.p90, pool.state->lead.samples()};
  }
  status.planned_nodes.reset();
  if (pool.planned) status.planned_nodes = pool.planned->needed;
  status.reasons = pool_reasons_of(pool, conditions);
  status.conditions = api::with_transition_times(conditions, pool.state->status.conditions, now);
  return status;
}

bool pool_differs(const api::AcceleratorPoolStatus& a, const api::AcceleratorPoolStatus& b) {
  const auto same_state = [](const Condition& x, const Condition& y) {
    return x.type == y.type && x.status == y.status && x.reason == y.reason &&
           x.observed_generation == y.observed_generation;
  };
  return a.nodes != b.nodes || a.ready_nodes != b.ready_nodes || a.planned_nodes != b.planned_nodes ||
         a.gpus != b.gpus || a.used_gpus != b.used_gpus || a.observed_generation != b.observed_generation ||
         a.before != b.before || a.lead_time.samples != b.lead_time.samples ||
         !std::equal(a.conditions.begin(), a.conditions.end(), b.conditions.begin(), b.conditions.end(), same_state);
}

/// Adds an Event for each change, with the plan's first reason.
void note_done(Pool& pool, const api::AcceleratorPoolStatus& next, Millis steady) {
  const std::string why = next.reasons.empty() ? "" : ": " + next.reasons.front().message;
  for (const auto& what : pool.done)
    pool.state->events.add({false, Code::Sized, api::EventAction::Size, what + why}, steady);
}

void write_pool_status(Pool& pool, Cycle& cycle, ports::Pools& pools, const ports::Clock& clock,
                       const Settings& settings) {
  auto& state = *pool.state;
  auto next = pool_status_of(pool, cycle.now);
  const auto slot = write_slot(cycle.now, settings.grid_step, pool.object.meta.name);
  const bool due = pool_differs(next, state.status) || (slot != state.status_slot && next != state.status);
  if ((!due && pool.done.empty()) || cycle.outage.is_on()) return;
  auto object = pool.to_write();
  object.status = next;
  const auto outcome = pools.write_status(object);
  if (!outcome && lead_lost(cycle, outcome.error())) return;
  cycle.outage.note(outcome);
  if (!outcome) return pool.fail("report", outcome.error().in("status"));
  state.events.tell(next.conditions, state.status.conditions, {ConditionType::Ready}, clock.steady(),
                    kQuietCycles * settings.cycle);
  state.status = std::move(next), state.status_slot = slot, state.confirmed = true;
}

void report_pool(Pool& pool, Cycle& cycle, ports::Pools& pools, const ports::Clock& clock, const Settings& settings) {
  if (pool.object.meta.deleting && !pool.object.held) return;  // without our finalizer a deleted pool is gone
  write_pool_status(pool, cycle, pools, clock, settings);
  if (!cycle.leading) return;
  const auto write = [&](const ports::Event& event) { return pools.write_event(pool.to_write(), event); };
  for (const auto& error : pool.state->events.send(cycle.outage, write))
    if (!lead_lost(cycle, error)) pool.fail("report", error);
}

}  // namespace

std::vector<Condition> conditions_of(const Pool& pool) {
  std::vector<Condition> conditions;
  if (pool.problem) {
    conditions = {unusable(*pool.problem)};
  } else if (pool.broken) {
    conditions = {broken(pool.broken_by)};
  } else {
    conditions = {nodes_found(pool), gpus_found(pool), nodes_arriving(pool), able_to_size(pool), size_limited(pool)};
    conditions.insert(conditions.begin(), sum_of(pool, conditions));
  }
  for (auto& condition : conditions) {
    condition.observed_generation = pool.object.meta.generation;
    condition.message = api::cut(condition.message, api::kMaxMessage);
  }
  return conditions;
}

void report_pools(PoolRound& round, Cycle& cycle, ports::Pools& pools, const ports::Clock& clock,
                  const Settings& settings) {
  if (!cycle.leading) return;
  cycle.outage.give_another_try();
  std::vector<Pool*> due;
  for (auto& pool : round.pools) {
    due.push_back(&pool);
    if (!pool.done.empty())
      note_done(pool, pool_status_of(pool, cycle.now), clock.steady());  // sent in the pool's turn
  }
  std::string none;  // pools have no namespace
  take_turns(
      cycle, std::move(due), "report", Budget(clock, settings.cycle / 2),
      [](const Pool& pool) -> Turn& { return pool.state->reporting; }, none,
      [&](Pool& pool) {
        const auto errors = pool.errors.size();
        report_pool(pool, cycle, pools, clock, settings);
        return pool.errors.size() == errors;
      },
      [](Pool&) {});
}

std::vector<ports::PoolReport> pool_reports(const PoolRound& round) {
  std::vector<ports::PoolReport> reports;
  for (const auto& pool : round.pools) {
    ports::PoolReport report;
    report.name = pool.object.meta.name;
    const auto status = pool_status_of(pool, round.now);
    report.nodes = status.nodes;
    report.ready = status.ready_nodes;
    report.planned = status.planned_nodes;
    report.gpus = status.gpus;
    report.used_gpus = status.used_gpus;
    report.lead = pool.lead.p90;
    if (!pool.problem) {
      report.min = pool.object.spec.min_nodes;
      report.max = pool.object.spec.max_nodes;
      report.price_per_node_hour = pool.object.spec.price_per_node_hour;
    }
    for (const auto& buffer : round.buffers)
      if (buffer.pool == report.name) report.buffered += buffer.replicas;
    report.conditions = status.conditions;
    report.reasons = status.reasons;
    report.done = pool.done;
    report.errors = pool.errors;
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace aia::loop
