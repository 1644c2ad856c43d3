// The planner's reasons in words, as an on-call engineer reads them in conditions, Events and logs. Only the wording is
// decided here. Codes are stable; sentences carry the numbers, and the remedy where there is a remedy (rule 12).
#pragma once

#include "controller/plan/holds.h"
#include "controller/plan/plan.h"
#include "controller/plan/stabilise.h"
#include "controller/plan/supply.h"

namespace aia::plan {

/// ForecastFloor or Reactive, whichever needs more; the message names the other need, too. Precondition: the entry
/// knows at least one of both.
api::Reason explain_need(const DemandInput& demand, const DemandFigures& figures, const Input& input,
                         const Supply& supply);

api::Reason explain_kept(const DemandInput& demand, const DemandFigures& figures, const Input& input,
                         const Settings& settings);
api::Reason explain_nothing_known(int held);
api::Reason explain_zero();
/// `to_min`: replicas are only brought back to minReplicas.
api::Reason explain_conflict(const std::string& owner, int current, bool to_min);
api::Reason explain_warming_up();
api::Reason explain_unseen(const std::string& unseen);
api::Reason explain_rollout(const std::string& rollout);
api::Reason explain_starting(int starting);
/// `tries`: since when stuck starts keep more replicas from starting ahead; unset: they do not.
api::Reason explain_stuck(const Input& input, const Supply& supply, const std::optional<Memory::StuckStarts>& tries);
api::Reason explain_pods_unseen(const Input& input);
api::Reason explain_lost(const Input& input, const Supply& supply, const Memory::LostPods& lost);
api::Reason explain_too_few_ready(int ready, int needed);
api::Reason explain_replacements(int replaced, const Input& input, const Supply& supply);
api::Reason explain_ranks(int needed, int kept);
api::Reason explain_removal(int ready, int current);
api::Reason explain_collapse(const std::string& demand, const Memory::Collapse& collapse, const Input& input);
api::Reason explain_queue_alone(Millis lead);
api::Reason explain_unconfirmed(const Memory::Jump& jump);
/// "6 replicas more than needed are held since …": for the condition. `is_replaced`: replacements for failing pods
/// start even after a person sets fewer replicas.
std::string explain_held(const Floor& floor, int kept, WallTime since, bool is_replaced);
/// Likewise, where the need is not known.
std::string explain_held_unknown(int held, WallTime since);
api::Reason explain_max(int needed, int max);
/// Replacements that maxReplicas does not allow.
api::Reason explain_no_room(int replaced, int max);
api::Reason explain_min(int needed, int min);
api::Reason explain_outside(int current, int min, int max);
api::Reason explain_window(int current, int recommended, const Stabilised& calmed, const Calm& calm);
api::Reason explain_tolerance(int current, int recommended, const Calm& calm);

}  // namespace aia::plan
