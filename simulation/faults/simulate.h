// A seed gives a virtual day: two controllers with an election between them, four services, faults, and the verdict of
// the checkers. The same seed gives the same bytes, whatever else the machine runs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "simulation/faults/checks.h"

namespace aia::simulation {

struct SimulationOptions {
  Millis length{std::chrono::hours(24)};
  FaultOptions faults;
  PopulationOptions population;
  ControllerOptions controller;  ///< history_points is computed
  SimulationOptions();           ///< a day that costs little: cycle 60 s, grid step 5 min
};

struct SimulationOutcome {
  std::uint64_t seed = 0;
  Violations violations;
  std::uint64_t digest = 0;  ///< of the audit log
  std::size_t faults = 0, writes = 0, scales = 0, reductions = 0, cycles = 0;
};

/// The whole record of a day, for a closer look.
Record run_day(std::uint64_t seed, const SimulationOptions& options);

SimulationOutcome simulate(std::uint64_t seed, const SimulationOptions& options);

/// Simulates seeds first … first + count − 1 on `jobs` threads; outcomes are in the order of the seeds. `done` is
/// called after each seed, from the seed's thread, never by two threads at once.
std::vector<SimulationOutcome> simulate_many(std::uint64_t first, std::size_t count, std::size_t jobs,
                                             const SimulationOptions& options,
                                             const std::function<void(const SimulationOutcome&)>& done = {});

/// Describes a violation in its context: the plan of faults, and the audit log near the violation.
std::string explain(const Record& record, const Violation& violation);

}  // namespace aia::simulation
