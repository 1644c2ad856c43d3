// The decision in steps: the largest need, the holds, the bounds, stabilisation, the action. Each step that changes or
// holds the number adds its reason.
#include "controller/plan/plan.h"

#include <algorithm>
#include <numeric>

#include "controller/plan/explain.h"
#include "controller/plan/holds.h"
#include "controller/plan/need.h"

namespace aia::plan {
namespace {

/// Combines the entries' needs. A collapsed demand's forecast asks for nothing: a hold of its own keeps replicas
/// instead (holds.h).
Needs combine(const Input& input, const std::vector<DemandFigures>& all, const Supply& supply,
              const Settings& settings) {
  Needs needs;
  for (std::size_t i = 0; i < all.size(); ++i) {
    needs.known = needs.known || all[i].needed();
    needs.reactive = std::max(needs.reactive, all[i].reactive.value_or(0));
    needs.load = std::max(needs.load, load_in_replicas(input.demand[i], supply, drain_s(input, settings)));
    if (input.demand[i].collapsed) continue;
    needs.start = std::max(needs.start, all[i].start.value_or(0));
    if (all[i].keep.value_or(-1) > needs.keep) {
      needs.keep = *all[i].keep;
      needs.keeper = i;
    }
  }
  needs.start = std::max(needs.start, needs.reactive);
  needs.keep = std::max(needs.keep, needs.start);
  return needs;
}

/// A reason per entry with a known need, the largest need first.
api::Reasons need_reasons(const Input& input, const std::vector<DemandFigures>& figures, const Supply& supply) {
  std::vector<std::size_t> order(figures.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return figures[a].needed() > figures[b].needed(); });
  api::Reasons reasons;
  for (const std::size_t i : order) {
    if (figures[i].needed()) reasons.push_back(explain_need(input.demand[i], figures[i], input, supply));
  }
  return reasons;
}

/// max is hard, unless the watches are silent: somebody may have raised max unseen.
int max_of(const Input& input) {
  const int max = std::max(input.spec.min_replicas, input.spec.max_replicas);
  return input.unseen.empty() ? max : std::max(max, input.replicas.spec);
}

/// Replicas that a scale-out wants.
struct More {
  int replicas = 0;      ///< including replacements for pods that do not serve
  int replacements = 0;  ///< the replacements among `replicas`
};

/// The replicas wanted before a recent loss, where the lost pods hide demand: where demand is measured on the pods, or
/// not known. 0: no demand is hidden.
int needed_before(const Input& input, const Needs& needs, const Memory& memory) {
  const bool is_hidden = !needs.known || std::any_of(input.demand.begin(), input.demand.end(), is_measured_on_pods);
  return is_hidden && memory.lost && is_recent(memory.lost->since, input) ? memory.lost->wanted : 0;
}

/// need(now) and replacements for failing pods always count. Replicas ahead of demand, and replacements for failing
/// starts, count only while most recent starts come up, or when a try is due. `memory` notes the try.
More wanted_more(const Input& input, const Needs& needs, const Supply& supply, Memory& memory) {
  const int failed = failing(input, supply), starts = failing_starts(input, supply);
  const int hidden = needed_before(input, needs, memory);
  const auto more = [&](int need, int fail) {
    const int replicas = with_replacements(need, fail, input, supply, memory);
    return More{replicas, std::min(fail, std::max(0, replicas - need))};
  };
  const More ahead = more(std::max(needs.start, hidden), failed + starts);
  const More now = more(std::max(needs.reactive, hidden), failed);
  const bool asks_more = ahead.replicas > std::max(input.replicas.spec, now.replicas);
  return !asks_more || try_ahead(input, supply, memory) ? ahead : now;
}

/// Replicas wanted before bounds and stabilisation.
struct WantedReplicas {
  int replicas = 0;
  std::optional<Floor> held{};  ///< the highest floor: keeps replicas beyond the need
  api::Reasons reasons{};
};

/// Raises `wanted` to the highest floor, and adds each floor's reason once.
void keep_above_floors(const Input& input, const Needs& needs, const Supply& supply, const Memory& memory,
                       WantedReplicas& wanted) {
  for (Floor& floor : floors(input, needs, supply, memory)) {
    const bool is_told = std::any_of(wanted.reasons.begin(), wanted.reasons.end(),
                                     [&](const api::Reason& reason) { return reason.code == floor.reason.code; });
    if (!is_told) wanted.reasons.push_back(floor.reason);
    if (floor.replicas <= wanted.replicas) continue;
    wanted.replicas = floor.replicas;
    wanted.held = std::move(floor);
  }
}

/// Combines needs and holds (holds.h). `memory` notes a try to start more ahead.
WantedReplicas wanted_of(const Input& input, const Needs& needs, const Supply& supply, const Settings& settings,
                         const std::vector<DemandFigures>& figures, Memory& memory) {
  const int current = input.replicas.spec;
  WantedReplicas wanted;
  auto& reasons = wanted.reasons;
  const More more = wanted_more(input, needs, supply, memory);
  wanted.replicas = std::max(more.replicas, current);
  if (!input.replicas.unseen.empty()) reasons.push_back(explain_pods_unseen(input));
  for (const DemandInput& demand : input.demand) {
    if (const auto trouble = trouble_of(demand, supply)) reasons.push_back(*trouble);
  }
  if (supply.stuck > 0) reasons.push_back(explain_stuck(input, supply, memory.stuck));
  for (const auto& [demand, collapse] : memory.collapses) reasons.push_back(explain_collapse(demand, collapse, input));
  if (more.replicas > current && more.replacements > 0)
    reasons.push_back(explain_replacements(more.replacements, input, supply));
  if (!needs.known || more.replicas > current || needs.start >= current) return wanted;

  if (needs.keep > needs.start)
    reasons.push_back(explain_kept(input.demand[needs.keeper], figures[needs.keeper], input, settings));
  wanted.replicas = std::min(current, needs.keep);
  if (needs.keep < current) keep_above_floors(input, needs, supply, memory, wanted);
  return wanted;
}

/// Notes which hold keeps surplus replicas, and since when. `needed` lies within the bounds: replicas that minReplicas
/// keeps anyway are not held.
void note_held(const Input& input, const std::optional<Floor>& floor, int needed, Decision& decision) {
  if (!floor || std::min(floor->replicas, max_of(input)) <= needed) return;
  const auto& before = input.memory.hold;
  const bool goes_on = before && before->code == floor->reason.code;
  const WallTime since = goes_on ? before->since : input.now;
  decision.memory.hold = Memory::Hold{floor->reason.code, since};
  const int kept = std::min(floor->replicas, max_of(input)) - needed;
  decision.held =
      Held{floor->reason.code, explain_held(*floor, kept, since, decision.memory.replaced.has_value()), since, kept};
}

/// Notes which pods do not serve, and whether they keep more replicas from starting ahead.
void note_pods(const Input& input, const Supply& supply, Decision& decision) {
  const Memory& memory = decision.memory;
  if (supply.stuck > 0) decision.not_serving = explain_stuck(input, supply, memory.stuck);
  if (memory.stuck && supply.mostly_stuck()) decision.starts_stuck = decision.not_serving;
  if (memory.lost) decision.not_serving = explain_lost(input, supply, *memory.lost);
}

/// Notes that all replicas are kept, also those above minReplicas, because the need is not known.
void note_nothing_known(const Input& input, Decision& decision) {
  if (input.replicas.spec <= input.spec.min_replicas) return;
  const auto& before = input.memory.hold;
  const WallTime since = before && before->code == api::Code::NothingKnown ? before->since : input.now;
  decision.memory.hold = Memory::Hold{api::Code::NothingKnown, since};
  decision.held = Held{api::Code::NothingKnown, explain_held_unknown(input.replicas.spec, since), since, 0};
}

/// `wants`: includes the replacements for failing pods.
void explain_bounds(const Input& input, const Needs& needs, int wants, Decision& decision, api::Reasons& reasons) {
  const int min = input.spec.min_replicas, max = input.spec.max_replicas, current = input.replicas.spec;
  if (needs.known && needs.start > max) reasons.push_back(explain_max(needs.start, max));
  if (needs.start <= max && wants > std::max(current, max)) reasons.push_back(explain_no_room(wants - max, max));
  if (needs.known && needs.keep < min) reasons.push_back(explain_min(needs.keep, min));
  decision.cut_by_max = needs.known && needs.start > max;
  decision.limited = needs.known && (needs.start > max || needs.keep < min);
  if (current > max_of(input) || current < min) reasons.push_back(explain_outside(current, min, max));
}

int calmed(const Input& input, int recommended, const Settings& settings, api::Reasons& reasons) {
  const int min = input.spec.min_replicas, max = max_of(input);
  const int from = std::clamp(input.replicas.spec, min, max);
  const Calm calm = calm_of(input.spec, settings);
  const Stabilised stable = stabilise(from, recommended, input.history, input.now, calm);
  if (stable.by_window) reasons.push_back(explain_window(from, recommended, stable, calm));
  if (stable.by_tolerance) reasons.push_back(explain_tolerance(from, recommended, calm));
  return stable.replicas;  // between two numbers within the bounds
}

/// Chooses the action for `desired`. If somebody else sets the replicas, they are left alone. An owner that only sets
/// replicas back keeps none of our bounds, so below minReplicas we still bring the replicas back.
void act_on(const Input& input, Decision& decision, api::Reasons& reasons) {
  const int current = input.replicas.spec, min = input.spec.min_replicas;
  if (!input.conflict.empty()) {
    const bool below_min = input.owner_knows_no_bounds && current < min;
    reasons.push_back(explain_conflict(input.conflict, current, below_min));
    if (!below_min) return;
    decision.desired = min;
    decision.action = Action::ScaleOut;
  } else if (*decision.desired != current) {
    decision.action = *decision.desired > current ? Action::ScaleOut : Action::ScaleIn;
  }
}

/// `first`, then `then`, at most kMaxReasons. If there are more, the smallest needs are dropped.
api::Reasons joined(api::Reasons first, const api::Reasons& then) {
  const std::size_t room = then.size() < api::kMaxReasons ? api::kMaxReasons - then.size() : 1;
  if (first.size() > room) first.resize(room);
  first.insert(first.end(), then.begin(), then.end());
  if (first.size() > api::kMaxReasons) first.resize(api::kMaxReasons);
  return first;
}

}  // namespace

Decision decide(const Input& input, const Settings& settings) {
  Decision decision;
  const int current = input.replicas.spec;
  const Supply supply = supply_of(input.replicas, input.lead.p90, input.nodes ? input.nodes->lead : Millis{0});
  bool capped = false;
  for (const DemandInput& demand : input.demand) {
    decision.figures.push_back(figures_of(demand, input, supply, settings));
    capped = capped || decision.figures.back().unconfirmed;
  }
  if (current == 0) {
    decision.desired = 0;
    decision.reasons = {explain_zero()};
    return decision;
  }
  decision.memory = remembered(input, supply, settings, decision.figures);
  const Needs needs = combine(input, decision.figures, supply, settings);
  const int min = input.spec.min_replicas, max = max_of(input);
  const WantedReplicas wanted = wanted_of(input, needs, supply, settings, decision.figures, decision.memory);
  const int wants = wanted.replicas;
  api::Reasons reasons = wanted.reasons;
  note_pods(input, supply, decision);
  if (capped) reasons.push_back(explain_unconfirmed(*decision.memory.jump));
  explain_bounds(input, needs, wants, decision, reasons);
  const int within = std::clamp(wants, min, max);
  note_held(input, wanted.held, std::clamp(needs.keep, min, max), decision);
  for (const DemandFigures& figures : decision.figures) {
    if (figures.far) decision.far = std::max(decision.far.value_or(0), std::clamp(*figures.far, min, max));
  }
  decision.desired = within;
  decision.needed = std::clamp(needs.known ? needs.keep : current, min, max);
  if (needs.known) {
    decision.recommendation = within;
    decision.desired = calmed(input, within, settings, reasons);
  } else {
    note_nothing_known(input, decision);
    reasons.push_back(explain_nothing_known(within));
  }
  act_on(input, decision, reasons);
  decision.reasons = joined(need_reasons(input, decision.figures, supply), reasons);
  return decision;
}

}  // namespace aia::plan
