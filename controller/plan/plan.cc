// The decision, step by step: the largest need; what must not be lowered now; the bounds; stabilisation; the action.
// Each step that changes or holds the number leaves its reason.
#include "controller/plan/plan.h"

#include <algorithm>
#include <numeric>

#include "controller/plan/explain.h"
#include "controller/plan/need.h"

namespace aia::plan {
namespace {

/// The needs of all entries, combined: the largest wins.
struct Needs {
  bool known = false;
  int start = 0;           ///< what must exist: reactive or start
  int keep = 0;            ///< what must not be stopped: those, and keep
  std::size_t keeper = 0;  ///< the entry behind `keep`, when keep > start
};

Needs combine(const std::vector<DemandFigures>& all) {
  Needs needs;
  for (std::size_t i = 0; i < all.size(); ++i) {
    needs.known = needs.known || all[i].needed();
    needs.start = std::max(needs.start, all[i].needed().value_or(0));
    if (all[i].keep.value_or(-1) > needs.keep) {
      needs.keep = *all[i].keep;
      needs.keeper = i;
    }
  }
  needs.keep = std::max(needs.keep, needs.start);
  return needs;
}

/// One reason per entry that knows its need, the largest first.
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

/// What holds a scale-in altogether, apart from data that is not whole.
api::Reasons scale_in_holds(const Input& input) {
  api::Reasons holds;
  if (!input.warmed_up) holds.push_back(explain_warming_up());
  if (!input.unseen.empty()) holds.push_back(explain_unseen(input.unseen));
  if (!input.replicas.rollout.empty()) holds.push_back(explain_rollout(input.replicas.rollout));
  return holds;
}

/// max is hard, unless somebody may have raised it, and we cannot see that.
int max_of(const Input& input) {
  const int max = std::max(input.spec.min_replicas, input.spec.max_replicas);
  return input.unseen.empty() ? max : std::max(max, input.replicas.spec);
}

/// What is wanted before bounds and stabilisation: never fewer than now on data that is not whole, during a rollout or
/// a warm-up, never below what is starting; never more while most starts are stuck.
int wanted(const Input& input, const Needs& needs, const Supply& supply, const Settings& settings,
           const std::vector<DemandFigures>& figures, api::Reasons& reasons) {
  const int current = input.replicas.spec;
  bool whole = true;
  for (const DemandInput& demand : input.demand) {
    if (const auto trouble = trouble_of(demand, supply)) {
      reasons.push_back(*trouble);
      whole = false;
    }
  }
  if (supply.stuck > 0) reasons.push_back(explain_stuck(supply));
  if (!needs.known) return current;
  if (needs.start > current) return supply.mostly_stuck() ? current : needs.start;
  if (needs.start == current) return current;

  if (needs.keep > needs.start)
    reasons.push_back(explain_kept(input.demand[needs.keeper], figures[needs.keeper], input, settings));
  if (needs.keep >= current) return current;
  const api::Reasons holds = scale_in_holds(input);
  reasons.insert(reasons.end(), holds.begin(), holds.end());
  if (!whole || !holds.empty()) return current;
  const int starting_too = std::min(current, supply.ready + supply.starting());
  if (supply.starting() == 0 || starting_too <= needs.keep) return needs.keep;
  reasons.push_back(explain_starting(supply.starting()));
  return starting_too;
}

void explain_bounds(const Input& input, const Needs& needs, Decision& decision, api::Reasons& reasons) {
  const int min = input.spec.min_replicas, max = input.spec.max_replicas, current = input.replicas.spec;
  if (needs.known && needs.start > max) reasons.push_back(explain_max(needs.start, max));
  if (needs.known && needs.keep < min) reasons.push_back(explain_min(needs.keep, min));
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
  return stable.replicas;  // between two numbers that are within the bounds
}

/// `first`, then `then`, at most kMaxReasons; where they are too many, the smallest needs go.
api::Reasons joined(api::Reasons first, const api::Reasons& then) {
  const std::size_t room = then.size() < kMaxReasons ? kMaxReasons - then.size() : 1;
  if (first.size() > room) first.resize(room);
  first.insert(first.end(), then.begin(), then.end());
  if (first.size() > kMaxReasons) first.resize(kMaxReasons);
  return first;
}

}  // namespace

Decision decide(const Input& input, const Settings& settings) {
  Decision decision;
  const int current = input.replicas.spec;
  const Supply supply = supply_of(input.replicas, input.lead.p90, input.nodes ? input.nodes->lead : Millis{0});
  for (const DemandInput& demand : input.demand)
    decision.figures.push_back(figures_of(demand, input, supply, settings));
  if (current == 0) {
    decision.desired = 0;
    decision.reasons = {explain_zero()};
    return decision;
  }
  decision.starts_stuck = supply.mostly_stuck();

  const Needs needs = combine(decision.figures);
  const int min = input.spec.min_replicas, max = max_of(input);
  api::Reasons reasons;
  const int wants = wanted(input, needs, supply, settings, decision.figures, reasons);
  explain_bounds(input, needs, decision, reasons);
  const int within = std::clamp(wants, min, max);
  for (const DemandFigures& figures : decision.figures) {
    if (figures.far) decision.far = std::max(decision.far.value_or(0), std::clamp(*figures.far, min, max));
  }
  decision.desired = within;
  if (needs.known) {
    decision.recommendation = within;
    decision.desired = calmed(input, within, settings, reasons);
  } else {
    reasons.push_back(explain_nothing_known(within));
  }

  if (!input.conflict.empty())
    reasons.push_back(explain_conflict(input.conflict, current));
  else if (*decision.desired != current)
    decision.action = *decision.desired > current ? Action::ScaleOut : Action::ScaleIn;
  decision.reasons = joined(need_reasons(input, decision.figures, supply), reasons);
  return decision;
}

}  // namespace aia::plan
