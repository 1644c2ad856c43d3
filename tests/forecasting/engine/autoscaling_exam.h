// The exam an autoscaler must pass on a trace, without an autoscaler: replicas follow the fan's planning quantile over
// the window in which what is started now becomes useful, become Ready one lead time later, and are compared with the
// reactive rule and with a clairvoyant. Offline twin of the end-to-end test on the real control plane.
#pragma once

#include <vector>

#include "forecasting/engine/forecaster.h"

namespace forecasting::testing {

/// A policy, in lead times; the window runs from now + window_from to now + window_to.
struct Policy {
  double window_from = 1;
  double window_to = 2;
  double hold = 1;             ///< stabilisation: the largest recommendation of the last `hold` lead times
  double level = 0;            ///< of the fan; 0: its planning level
  bool reactive_floor = true;  ///< never below need(now)
  bool forecast = true;        ///< false: need(now) alone
};

struct ExamOptions {
  Options forecaster;
  double per_replica = 50;
  double lead_steps = 3;
  double data_age_steps = 0.3;
  int judged_from = 0;  ///< steps before it are history
  int judged_to = 0;
};

struct ExamResult {
  double attained = 0;        ///< share of judged steps with Ready capacity ≥ demand throughout
  double attained_steep = 0;  ///< the same in the tenth with the steepest rise over one lead time
  double cost = 0;            ///< replica-hours ÷ clairvoyant's, starting replicas included
  double ready_cost = 0;      ///< Ready replica-hours ÷ clairvoyant's
  int judged = 0;
};

/// Plays the trace: fans are made once and shared by all policies. One result per policy.
std::vector<ExamResult> play(const std::vector<double>& demand, const std::vector<Policy>& policies,
                             const ExamOptions& options);

}  // namespace forecasting::testing
