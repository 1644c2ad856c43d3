// Foretells the planning quantile of a later cycle, because a node must be Ready when its replica starts, and replicas
// start for the upper quantile of their own moment, not for demand. Part of the doubt about demand at time `at` is
// settled before the replica starts (the median moves). The remaining doubt never is (the spread at the pod lead stays
// on top). Both parts count as independent and normal, so they add up as squares. Let U be the planning quantile above
// the median at `at`, and N the part of U that remains a pod lead before. A later plan then reaches N + sqrt(U² − N²)
// above the median with the planning quantile's probability. The sum is U if no doubt or all doubt is settled, and at
// most √2 U between (rules 2 and 3).
#pragma once

#include "controller/plan/lead_time.h"
#include "forecasting/values/fan.h"

namespace aia::plan {

class LaterPlan {
 public:
  /// `lead`: pod lead + data age. Precondition: the fan is not empty, and outlives this object.
  LaterPlan(const forecasting::Fan& fan, WallTime now, Millis lead, double quantile);

  /// The demand that a later cycle will plan for at time `at`, if demand then is `demand`, in demand's unit. Only the
  /// settled part of `demand`'s distance from the median counts; the remaining doubt is added. At most a pod lead
  /// ahead, the result is the plan of now: the planning quantile.
  [[nodiscard]] double at(WallTime at, double demand) const;

  /// Planning quantile of the largest plan for any time in [from, to].
  [[nodiscard]] double largest(WallTime from, WallTime to) const;

 private:
  [[nodiscard]] double upper(WallTime at) const { return this->at(at, fan_.value(at, quantile_)); }

  const forecasting::Fan& fan_;
  double quantile_;
  double left_;  ///< remaining doubt a pod lead ahead: (planning quantile − median) ÷ median
};

}  // namespace aia::plan
