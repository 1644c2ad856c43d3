// What a later cycle will plan for, as seen from now. A node must be there when its replica is started, and replicas
// are started for an upper quantile, as it will be forecast then, not for demand itself: of the doubt about demand at
// `at`, some is settled until a replica for it is started (the median moves), and some never is (the spread at the pod
// lead stays on top). Taken as independent and normal, the two add up as squares: with U the planning quantile above
// the median at `at`, and N what of it will be left one pod lead before, a later plan reaches N + sqrt(U² − N²) above
// the median with the same probability. That is U where nothing is learned meanwhile or all is, and at most √2 U
// between. Rules 2 and 3.
#pragma once

#include "controller/plan/lead_time.h"
#include "forecasting/values/fan.h"

namespace aia::plan {

class LaterPlan {
 public:
  /// `lead`: of a pod, with the age of the data. The fan must not be empty, and outlives this.
  LaterPlan(const forecasting::Fan& fan, WallTime now, Millis lead, double quantile);

  /// What will be planned for at `at` if demand there is `demand`, in demand's unit: of the doubt about `demand` only
  /// what is settled by then counts. At most one pod lead ahead that is the plan of now: the planning quantile.
  [[nodiscard]] double at(WallTime at, double demand) const;

  /// Planning quantile of the largest plan for a time in [from, to].
  [[nodiscard]] double largest(WallTime from, WallTime to) const;

 private:
  [[nodiscard]] double upper(WallTime at) const { return this->at(at, fan_.value(at, quantile_)); }

  const forecasting::Fan& fan_;
  double quantile_;
  double left_;  ///< of the doubt one pod lead ahead: the planning quantile above the median, over the median
};

}  // namespace aia::plan
