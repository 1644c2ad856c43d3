// Each hold is a function from the last decision's memory to the next memory. The floors at the end combine the holds,
// in the order in which the reasons list them.
#include "controller/plan/holds.h"

#include <algorithm>

#include "controller/plan/explain.h"
#include "controller/plan/need.h"
#include "controller/plan/stabilise.h"

namespace aia::plan {
namespace {

constexpr double kFull = 0.9;     // of the load that the Ready replicas sustain
constexpr int kLongestPause = 8;  // lead times between two tries to start more
constexpr Millis kLongestCollapse =
    std::chrono::hours(1);  // after this hour a service that is switched off is scaled in
constexpr int kLeadsOfCollapse = 10, kFewestParts = 4;

/// The largest `of` in the history since `from`; without any, the current replicas.
int most(const Input& input, int PastRecommendation::*of, WallTime from = WallTime::min()) {
  int largest = 0;
  for (const PastRecommendation& past : input.history) {
    if (past.at > from) largest = std::max(largest, past.*of);
  }
  return largest > 0 ? largest : input.replicas.spec;
}

/// If more pods are lost after the first loss has ceased to be recent, a new loss begins.
std::optional<Memory::LostPods> lost_pods(const Input& input, const Supply& supply) {
  if (supply.lost == 0) return std::nullopt;
  const Millis oldest = *std::max_element(input.replicas.lost_ages.begin(), input.replicas.lost_ages.end());
  Memory::LostPods lost{input.now - oldest, most(input, &PastRecommendation::needed), supply.lost};
  const auto& before = input.memory.lost;
  if (!before) return lost;
  const bool is_another = supply.lost > before->count && !is_recent(before->since, input);
  if (is_another) return Memory::LostPods{input.now, lost.wanted, supply.lost};
  const int wanted = supply.lost > before->count ? std::max(before->wanted, lost.wanted) : before->wanted;
  return Memory::LostPods{before->since, wanted, supply.lost};
}

/// Lasts until the replicas are back at `from`, or nothing has failed for as long as a collapse lasts.
std::optional<Memory::Replaced> replaced(const Input& input, const Supply& supply) {
  const auto& before = input.memory.replaced;
  if (failing(input, supply) + failing_starts(input, supply) > 0)
    return Memory::Replaced{before ? before->from : input.replicas.spec, input.now};
  const bool stands = before && input.replicas.spec > before->from && is_recent(before->last, input);
  return stands ? before : std::nullopt;
}

/// Lasts as long as the scale-down stabilisation may keep the replicas that the jump brought, so that the next jump
/// does not start from them. Confirmed demand is no jump.
std::optional<Memory::Jump> jump(const Input& input, const Settings& settings,
                                 const std::vector<DemandFigures>& figures) {
  int confirmed = 0;
  bool is_capped = false;
  for (const DemandFigures& one : figures) {
    confirmed = std::max(confirmed, one.confirmed.value_or(0));
    is_capped = is_capped || one.unconfirmed;
  }
  const auto& before = input.memory.jump;
  if (is_capped) return Memory::Jump{before ? std::max(before->from, confirmed) : input.replicas.spec, input.now};
  const Millis kept = calm_of(input.spec, settings).down_window + 2 * settings.cycle;
  if (!before || input.now - before->last >= kept || input.replicas.spec <= before->from) return std::nullopt;
  return Memory::Jump{std::max(before->from, confirmed), before->last};
}

std::map<std::string, Memory::Collapse> collapses_of(const Input& input) {
  std::map<std::string, Memory::Collapse> collapses;
  for (const DemandInput& demand : input.demand) {
    if (!demand.collapsed) continue;
    const auto before = input.memory.collapses.find(demand.spec.name);
    const bool goes_on = before != input.memory.collapses.end();
    collapses[demand.spec.name] = goes_on ? before->second : Memory::Collapse{input.now, input.replicas.spec};
  }
  return collapses;
}

/// Replicas to keep while too few are Ready: fewer than needed, or as many but all of them full, so that more requests
/// may wait than the replicas can serve. Every replica that may still serve is kept. Pods without a node do not serve,
/// unless demand is measured on the pods: then nobody knows how much demand those pods hide. 0: enough replicas serve.
int kept_for_ready(const Input& input, const Supply& supply, const Needs& needs) {
  const bool are_full = supply.ready == needs.keep && needs.load >= kFull * supply.ready;
  if (supply.ready >= needs.keep && !are_full) return 0;
  if (std::any_of(input.demand.begin(), input.demand.end(), is_measured_on_pods)) return input.replicas.spec;
  return std::max(1, input.replicas.spec - static_cast<int>(input.replicas.waiting_ages.size()));
}

/// Keeps the needed replicas and the failing replicas, because a scale-in removes pods of both. While a loss is recent,
/// at least the replicas wanted before the loss are kept, because demand may be low for want of the lost pods.
int kept_for_failing(const Input& input, const Supply& supply, const Memory& memory, int keep) {
  const int stalled = input.replicas.rollout_stalled ? beyond_ready(input, supply) : 0;
  const bool is_recent_loss = memory.lost && is_recent(memory.lost->since, input);
  const int kept = keep + supply.lost + input.replicas.unsteady + stalled;
  return std::min(input.replicas.spec, std::max(is_recent_loss ? memory.lost->wanted : 0, kept));
}

/// The fewest replicas of which `keep` serve, where the highest ranks are removed first.
int kept_for_ranks(const Input& input, const Supply& supply, int keep) {
  const auto& ranks = input.replicas.ready_ranks;
  const auto serve = static_cast<std::size_t>(std::clamp(keep, 0, supply.ready));
  return serve == 0 || ranks.size() < serve ? 0 : std::min(input.replicas.spec, ranks[serve - 1] + 1);
}

/// Lasts until a start comes up, or no recent start is stuck.
std::optional<Memory::StuckStarts> stuck_starts(const Input& input, const Supply& supply) {
  if (supply.recently_stuck == 0 || supply.came_up > 0) return std::nullopt;
  if (input.memory.stuck) return input.memory.stuck;
  if (!supply.mostly_stuck()) return std::nullopt;
  return Memory::StuckStarts{input.now, input.now + supply.lead, 0};
}

/// Replicas that a collapse still keeps.
int kept_in_collapse(const Memory::Collapse& collapse, WallTime now, Millis lead) {
  const Millis age = now - collapse.since;
  const CollapseSteps steps = collapse_steps(lead);
  if (age < steps.whole) return collapse.from;
  if (age >= steps.lasts) return 0;
  const auto parts = (steps.lasts - steps.whole) / steps.part + 1, gone = (age - steps.whole) / steps.part + 1;
  return static_cast<int>(collapse.from - collapse.from * gone / parts);
}

}  // namespace

CollapseSteps collapse_steps(Millis lead) {
  lead = std::max(lead, Millis{std::chrono::seconds(1)});
  CollapseSteps steps;
  steps.lasts = std::min(kLongestCollapse, kLeadsOfCollapse * lead);
  steps.whole = std::clamp(steps.lasts / 2, std::min(lead, steps.lasts), 2 * lead);
  steps.part = std::clamp((steps.lasts - steps.whole) / kFewestParts, Millis{1}, lead);
  return steps;
}

Memory remembered(const Input& input, const Supply& supply, const Settings& settings,
                  const std::vector<DemandFigures>& figures) {
  Memory memory;
  memory.stuck = stuck_starts(input, supply);
  memory.lost = lost_pods(input, supply);
  if (supply.not_serving() > 0) memory.not_serving_since = input.memory.not_serving_since.value_or(input.now);
  memory.replaced = replaced(input, supply);
  memory.collapses = collapses_of(input);
  memory.jump = jump(input, settings, figures);
  return memory;
}

bool is_recent(WallTime since, const Input& input) {
  return input.now - since < collapse_steps(input.lead.p90).lasts;
}

int beyond_ready(const Input& input, const Supply& supply) {
  return std::min(supply.stuck_on_nodes, input.replicas.spec - supply.ready);
}

int failing(const Input& input, const Supply& supply) {
  return supply.lost_long + input.replicas.unsteady + (input.replicas.rolls() ? beyond_ready(input, supply) : 0);
}

int failing_starts(const Input& input, const Supply& supply) {
  return input.replicas.rolls() ? 0 : std::min(beyond_ready(input, supply), supply.ready);
}

int with_replacements(int need, int failed, const Input& input, const Supply& supply, const Memory& memory) {
  const int from = std::min(kManyReplicas, memory.replaced ? memory.replaced->from : input.replicas.spec);
  const int wanted = std::min(need + failed, std::max(need, from) + need), there = std::max(input.replicas.spec, need);
  if (wanted <= there) return wanted;
  const int batch = std::max(0, (need + 1) / 2 - supply.starting() - supply.unborn);
  return there + std::min(wanted - there, batch);
}

bool try_ahead(const Input& input, const Supply& supply, Memory& memory) {
  if (!memory.stuck || !supply.mostly_stuck()) return true;
  if (input.now < memory.stuck->next_try) return false;
  const int pause = std::min(kLongestPause, 2 << std::min(memory.stuck->tries, 3));
  ++memory.stuck->tries;
  memory.stuck->next_try = input.now + pause * supply.lead;
  return true;
}

namespace {

/// Floors while data or the view of the cluster is not whole.
void add_for_data(std::vector<Floor>& all, const Input& input, const Needs& needs, const Supply& supply,
                  const Memory& memory) {
  const int current = input.replicas.spec;
  const bool is_old = memory.not_serving_since && !is_recent(*memory.not_serving_since, input);
  for (const DemandInput& demand : input.demand) {
    const auto trouble = trouble_of(demand, supply);
    const bool by_pods = trouble && trouble->code == api::Code::PodsNotServing;
    if (trouble)
      all.push_back({by_pods && is_old ? std::min(current, needs.keep + supply.not_serving()) : current, *trouble, ""});
  }
  if (!input.warmed_up) all.push_back({current, explain_warming_up(), ""});
  if (!input.unseen.empty()) all.push_back({current, explain_unseen(input.unseen), ""});
}

/// Floors for pods that fail, or are being replaced.
void add_for_pods(std::vector<Floor>& all, const Input& input, const Needs& needs, const Supply& supply,
                  const Memory& memory) {
  const int current = input.replicas.spec;
  const int starting = supply.starting() - supply.waiting_for_room;  // on nodes
  if (!input.replicas.rollout.empty()) {
    // A rollout does not keep replicas whose pods wait for a node: these serve nothing.
    const int with_room = std::max(1, current - static_cast<int>(input.replicas.waiting_ages.size()));
    all.push_back({with_room, explain_rollout(input.replicas.rollout), "finish the rollout or roll it back"});
  }
  if (memory.lost)
    all.push_back({kept_for_failing(input, supply, memory, needs.keep), explain_lost(input, supply, *memory.lost),
                   "mend or delete the pods that lost Ready"});
  else if (input.replicas.unsteady > 0 || input.replicas.rollout_stalled) {
    const int kept = kept_for_failing(input, supply, memory, needs.keep);
    all.push_back({kept, explain_replacements(kept - needs.keep, input, supply), "mend or delete the pods that fail"});
  }
  if (const int kept = kept_for_ready(input, supply, needs); kept > 0 && supply.ready + starting < current)
    all.push_back({kept, explain_too_few_ready(supply.ready, needs.keep), "look at the pods that are not Ready"});
  if (const int kept = kept_for_ranks(input, supply, needs.keep); kept > 0)
    all.push_back({kept, explain_ranks(needs.keep, kept), "mend the pods of the lower ranks"});
  if (input.replicas.removal_unknown && supply.ready < current)
    all.push_back({std::min(current, needs.keep + current - supply.ready), explain_removal(supply.ready, current),
                   "mend or delete the pods that are not Ready"});
}

/// Floors for demand that fell, or whose end nobody sees.
void add_for_demand(std::vector<Floor>& all, const Input& input, const Memory& memory) {
  const int current = input.replicas.spec;
  for (const auto& [demand, collapse] : memory.collapses) {
    const int kept = std::min(current, kept_in_collapse(collapse, input.now, input.lead.p90));
    all.push_back({kept, explain_collapse(demand, collapse, input), ""});
  }
  const bool drains_blindly = std::any_of(input.demand.begin(), input.demand.end(), is_queue_alone);
  if (drains_blindly) {
    const int one_fewer = most(input, &PastRecommendation::replicas, input.now - input.lead.p90) - 1;
    all.push_back({std::min(current, one_fewer), explain_queue_alone(input.lead.p90), "add a `running` query"});
  }
}

}  // namespace

std::vector<Floor> floors(const Input& input, const Needs& needs, const Supply& supply, const Memory& memory) {
  const int starting = supply.starting() - supply.waiting_for_room;  // on nodes
  std::vector<Floor> all;
  add_for_data(all, input, needs, supply, memory);
  add_for_pods(all, input, needs, supply, memory);
  add_for_demand(all, input, memory);
  if (starting > 0)
    all.push_back({std::min(input.replicas.spec, supply.ready + starting), explain_starting(starting), ""});
  std::erase_if(all, [&](const Floor& one) { return one.replicas <= needs.keep; });
  return all;
}

}  // namespace aia::plan
