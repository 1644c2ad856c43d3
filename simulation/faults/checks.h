// The independent checkers: each reads the record of a run and says what must not have happened. They share no code
// with the loop and the planner, and know of them only what the documentation promises.
#pragma once

#include <string>
#include <vector>

#include "simulation/faults/record.h"

namespace aia::simulation {

struct Violation {
  std::string checker;  ///< "bounds", "one-writer", …
  WallTime at{};
  std::string what;
};

using Violations = std::vector<Violation>;

/// Every replica count written lies within the bounds of the spec as its writer could know it.
void check_bounds(const Record& record, Violations& violations);

/// Nobody writes who was superseded when he sent it, without a resourceVersion, while the mode or another owner forbids
/// it.
void check_one_writer(const Record& record, Violations& violations);

/// No reduction on caches last heard of longer ago than the limit, whatever the bounds in them; none on data that was
/// missing, stale, partial or nonsense, before history was in, during a rollout; and none
/// below what demand truly needed while data was in trouble.
void check_scale_in(const Record& record, Violations& violations);

/// No value is written that stands already.
void check_duplicates(const Record& record, Violations& violations);

/// Cycles end in time, every object is decided on in each, and one whose data and target are fine has no error.
void check_cycles(const Record& record, Violations& violations);

/// While a fault lasts, a condition says so.
void check_conditions(const Record& record, Violations& violations);

/// After every heal, within two cycles: Ready, and at least what is needed; later, no more than that takes.
void check_convergence(const Record& record, Violations& violations);

/// No Forecast without its AIAutoscaler and demand entry.
void check_leftovers(const Record& record, Violations& violations);

Violations check_all(const Record& record);

}  // namespace aia::simulation
