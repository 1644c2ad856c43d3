// A replay runs the product's own loop, in virtual time, on a trace. Each policy gets a world of its own with the same
// arrivals and the same seed, and its outcome is a value from which reports are made. Replays are deterministic: the
// same scenario gives the same bytes.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "simulation/replay/policy.h"
#include "simulation/replay/scenario.h"
#include "simulation/replay/score.h"

namespace aia::simulation {

/// The forecast for a moment, made a lead time before.
struct Promise {
  WallTime about{};
  double ahead = 0;  ///< median
  double upper = 0;  ///< planning quantile
};

/// The outcome of a policy.
struct Outcome {
  Policy policy;
  Score score;
  std::vector<Moment> timeline;   ///< a Moment per cycle, in order
  std::vector<Promise> promises;  ///< in the order of `about`; empty without a forecast
  std::string model;              ///< the model at the end, "None" without a forecast
  std::optional<double> skill;    ///< its skill at the end; unset: not judged
  int errors = 0;                 ///< steps of the loop that reported an error
};

struct Replay {
  Scenario scenario;
  double clairvoyant_replica_hours = 0;
  double clairvoyant_node_hours = 0;
  std::vector<Outcome> outcomes;  ///< in the order of the policies; the first is compared with each other policy
};

/// Plays a policy.
Outcome play(const Scenario& scenario, const Policy& policy);

/// Plays all policies. Errors: Invalid, when the scenario or a policy's spec is wrong.
Result<Replay> replay(const Scenario& scenario, const std::vector<Policy>& policies);

}  // namespace aia::simulation
