// A replay: the product's own loop, in virtual time, on a trace. Each policy gets a world of its own with the same
// arrivals and the same luck; what it did comes back as a value that reports are made of. Deterministic: the same
// scenario gives the same bytes.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "simulation/replay/policy.h"
#include "simulation/replay/scenario.h"
#include "simulation/replay/score.h"

namespace aia::simulation {

/// What the forecast said about a moment, at the lead time before it.
struct Promise {
  WallTime about{};
  double ahead = 0;  ///< median
  double upper = 0;  ///< planning quantile
};

/// How one policy fared.
struct Outcome {
  Policy policy;
  Score score;
  std::vector<Moment> timeline;   ///< one a cycle, in order
  std::vector<Promise> promises;  ///< by the moment that they are about; empty without a forecast
  std::string model;              ///< that served at the end, "None" without a forecast
  std::optional<double> skill;    ///< its skill at the end; unset: not judged
  int errors = 0;                 ///< steps of the loop that reported an error
};

struct Replay {
  Scenario scenario;
  double clairvoyant_replica_hours = 0;
  double clairvoyant_node_hours = 0;
  std::vector<Outcome> outcomes;  ///< as the policies were given; the first is held against the others
};

/// Plays one policy.
Outcome play(const Scenario& scenario, const Policy& policy);

/// Plays them all. Errors: Invalid, when the scenario or a policy's spec is wrong.
Result<Replay> replay(const Scenario& scenario, const std::vector<Policy>& policies);

}  // namespace aia::simulation
