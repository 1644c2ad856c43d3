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

/// While fewer are Ready than demand needs, nothing that is needed or Ready is given back; while pods that were Ready
/// are not, none below what was needed before they were lost.
void check_lost(const Record& record, Violations& violations);

/// Where at most half of what is needed was lost, as much as demand needs is Ready again two leads later, whether or
/// not the lost pods come back.
void check_capacity(const Record& record, Violations& violations);

/// What demand has needed for three cycles is in spec.replicas, whatever pods, starts, sources or rollouts do, as long
/// as demand can be seen and replicas can be written.
void check_need(const Record& record, Violations& violations);

/// A target that was created anew has minReplicas within four cycles.
void check_rebirth(const Record& record, Violations& violations);

/// A raise that was refused by a conflict in which spec.replicas stayed is done within two cycles.
void check_conflicts(const Record& record, Violations& violations);

/// A value that no demand of the last two hours explains, seen once, costs at most twice the replicas.
void check_flukes(const Record& record, Violations& violations);

/// Where a return is expected, demand that is gone for minutes gives back nothing for a lead, and never more than half
/// at once; what is switched off is empty after an hour and a quarter.
void check_collapse(const Record& record, Violations& violations);

/// A daily rise finds two fifths of its replicas Ready two leads after it, though they start one after another.
void check_ordered(const Record& record, Violations& violations);

/// Whatever holds replicas that demand does not explain for two leads stands on a condition.
void check_holds(const Record& record, Violations& violations);

/// Sources that are replaced, pods that wait for room or never start, and pods that cannot be found do not keep what
/// nobody needs for more than half an hour.
void check_scale_in_goes_on(const Record& record, Violations& violations);

/// The pool's size stays within its bounds and above what pods hold, and no pod waits for a node for half an hour.
void check_pool(const Record& record, Violations& violations);

Violations check_all(const Record& record);

}  // namespace aia::simulation
