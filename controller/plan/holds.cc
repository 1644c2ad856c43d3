// The holds, one function each. See holds.h.
#include "controller/plan/holds.h"

#include <algorithm>

#include "controller/plan/explain.h"
#include "controller/plan/need.h"

namespace aia::plan {
namespace {

constexpr double kFull = 0.9;                               // of what the Ready replicas sustain
constexpr int kLongestPause = 8;                            // lead times between two tries to start more
constexpr Millis kLongestCollapse = std::chrono::hours(1);  // then a service that is switched off is empty
constexpr int kLeadsOfCollapse = 10, kFewestParts = 4;

/// Since `from`; where nothing is known of it, the replicas that there are.
int most_recommended(const Input& input, WallTime from = WallTime::min()) {
  int most = 0;
  for (const PastRecommendation& past : input.history) {
    if (past.at > from) most = std::max(most, past.replicas);
  }
  return most > 0 ? most : input.replicas.spec;
}

std::optional<Memory::LostPods> lost_pods(const Input& input, const Supply& supply) {
  if (supply.lost == 0) return std::nullopt;
  if (input.memory.lost) return input.memory.lost;
  const Millis oldest = *std::max_element(input.replicas.lost_ages.begin(), input.replicas.lost_ages.end());
  return Memory::LostPods{input.now - oldest, most_recommended(input)};
}

std::optional<Memory::Collapse> collapse_of(const Input& input) {
  const auto collapsed = [](const DemandInput& demand) { return demand.collapsed; };
  if (std::none_of(input.demand.begin(), input.demand.end(), collapsed)) return std::nullopt;
  return input.memory.collapse ? input.memory.collapse : Memory::Collapse{input.now, input.replicas.spec};
}

/// What must stay while fewer are Ready than are wanted, or as many and all of them are full, so that more may be asked
/// than they can serve: all that may still serve, which pods without room do not. 0: enough serve.
int kept_for_ready(const Input& input, const Supply& supply, const Needs& needs) {
  const bool are_full = supply.ready == needs.keep && needs.load >= kFull * supply.ready;
  if (supply.ready >= needs.keep && !are_full) return 0;
  return std::max(1, input.replicas.spec - static_cast<int>(input.replicas.waiting_ages.size()));
}

/// Stands until a start comes up, or none is stuck any more.
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

Memory remembered(const Input& input, const Supply& supply, bool capped) {
  Memory memory;
  memory.stuck = stuck_starts(input, supply);
  memory.lost = lost_pods(input, supply);
  memory.collapse = collapse_of(input);
  if (capped) memory.jump = input.memory.jump ? input.memory.jump : Memory::Jump{input.replicas.spec};
  return memory;
}

int replacements(const Input& input, const Supply& supply, int need) {
  const int do_not_serve = supply.lost_long + (input.replicas.rollout.empty() ? 0 : supply.stuck_on_nodes);
  const int in_spec = std::max(0, input.replicas.spec - supply.ready - supply.starting());
  return std::min({do_not_serve, in_spec, (need + 1) / 2});
}

bool try_ahead(const Input& input, const Supply& supply, Memory& memory) {
  if (!memory.stuck || !supply.mostly_stuck()) return true;
  if (input.now < memory.stuck->next_try) return false;
  const int pause = std::min(kLongestPause, 2 << std::min(memory.stuck->tries, 3));
  ++memory.stuck->tries;
  memory.stuck->next_try = input.now + pause * supply.lead;
  return true;
}

std::vector<Floor> floors(const Input& input, const Needs& needs, const Supply& supply, const Memory& memory) {
  const int current = input.replicas.spec;
  const int starting = supply.starting() - supply.waiting_for_room;  // on nodes
  std::vector<Floor> all;
  for (const DemandInput& demand : input.demand) {
    if (const auto trouble = trouble_of(demand, supply)) all.push_back({current, *trouble, ""});
  }
  if (!input.warmed_up) all.push_back({current, explain_warming_up(), ""});
  if (!input.unseen.empty()) all.push_back({current, explain_unseen(input.unseen), ""});
  if (!input.replicas.rollout.empty()) {
    // Pods that wait for room neither serve nor hold what nobody needs.
    const int with_room = std::max(1, current - static_cast<int>(input.replicas.waiting_ages.size()));
    all.push_back({with_room, explain_rollout(input.replicas.rollout), "finish the rollout or roll it back"});
  }
  if (memory.lost)
    all.push_back({std::min(current, memory.lost->wanted), explain_lost(input, supply, *memory.lost),
                   "mend or delete the pods that lost Ready"});
  else if (const int kept = kept_for_ready(input, supply, needs); kept > 0 && supply.ready + starting < current)
    all.push_back({kept, explain_too_few_ready(supply.ready, needs.keep), "look at the pods that are not Ready"});
  if (memory.collapse) {
    const int kept = std::min(current, kept_in_collapse(*memory.collapse, input.now, input.lead.p90));
    all.push_back({kept, explain_collapse(input, *memory.collapse), ""});
  }
  const bool drains_blindly = std::any_of(input.demand.begin(), input.demand.end(), is_queue_alone);
  if (drains_blindly) {
    const int one_fewer = most_recommended(input, input.now - input.lead.p90) - 1;
    all.push_back({std::min(current, one_fewer), explain_queue_alone(input.lead.p90), "add a `running` query"});
  }
  if (starting > 0) all.push_back({std::min(current, supply.ready + starting), explain_starting(starting), ""});
  std::erase_if(all, [&](const Floor& one) { return one.replicas <= needs.keep; });
  return all;
}

}  // namespace aia::plan
