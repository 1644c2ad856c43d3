// The planner's reasons in words: what an on-call engineer reads in conditions, Events and logs. Only wording is
// decided here; codes are stable, sentences carry the numbers and what to do where something can be done.
#pragma once

#include "controller/plan/plan.h"
#include "controller/plan/stabilise.h"
#include "controller/plan/supply.h"

namespace aia::plan {

inline constexpr std::size_t kMaxReasons = 16;

/// "ForecastFloor" or "Reactive", whichever needs more, with the other beside it. Precondition: one of the two is
/// known.
api::Reason explain_need(const DemandInput& demand, const DemandFigures& figures, const Input& input,
                         const Supply& supply);

api::Reason explain_kept(const DemandInput& demand, const DemandFigures& figures, const Input& input,
                         const Settings& settings);
api::Reason explain_nothing_known(int held);
api::Reason explain_zero();
api::Reason explain_conflict(const std::string& owner, int current);
api::Reason explain_warming_up();
api::Reason explain_unseen(const std::string& unseen);
api::Reason explain_rollout(const std::string& rollout);
api::Reason explain_starting(int starting);
api::Reason explain_stuck(const Supply& supply);
api::Reason explain_max(int needed, int max);
api::Reason explain_min(int needed, int min);
api::Reason explain_outside(int current, int min, int max);
api::Reason explain_window(int current, int recommended, const Stabilised& calmed, const Calm& calm);
api::Reason explain_tolerance(int current, int recommended, const Calm& calm);

}  // namespace aia::plan
