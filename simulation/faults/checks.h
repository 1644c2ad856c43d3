// The independent checkers: each reads the record of a run and reports violations of a promise. They share no code with
// the loop and the planner, and know only the promises of the documentation.
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

/// Every written replica count lies within the bounds of a spec that the writer could know.
void check_bounds(const Record& record, Violations& violations);

/// Only the lease holder sends writes. Scales carry a resourceVersion, and are not written while the mode or another
/// owner forbids them.
void check_one_writer(const Record& record, Violations& violations);

/// No reduction on caches older than watch_freshness, whatever their bounds. Except down to maxReplicas, no reduction
/// on data that was missing, stale, partial or nonsense, before history was in, or during a rollout; and none below the
/// true need while data was in trouble.
void check_scale_in(const Record& record, Violations& violations);

/// No write repeats the stored value.
void check_duplicates(const Record& record, Violations& violations);

/// Cycles end in time, every cycle decides on every object, and an object with good data and a good target has no
/// error.
void check_cycles(const Record& record, Violations& violations);

/// While a fault lasts, a condition names it.
void check_conditions(const Record& record, Violations& violations);

/// Once soon_after() has passed since the last fault, conditions are good and replicas meet the need. Later, no more
/// replicas stay than plenty_for() allows.
void check_convergence(const Record& record, Violations& violations);

/// Every Forecast belongs to an AIAutoscaler and a demand entry.
void check_leftovers(const Record& record, Violations& violations);

/// While fewer replicas are Ready than demand needs, no reduction goes below the need or the Ready replicas. While pods
/// are lost, no reduction goes below the need of before the loss.
void check_lost(const Record& record, Violations& violations);

/// After a loss of at most half of the needed pods, enough replicas for demand are Ready two lead times (and four
/// cycles) later, whether or not the lost pods come back.
void check_capacity(const Record& record, Violations& violations);

/// A need that has lasted for three cycles and 90 s is in spec.replicas, whatever pods, starts, sources or rollouts do,
/// as long as demand can be seen and replicas can be written.
void check_need(const Record& record, Violations& violations);

/// A target created anew has minReplicas within four cycles.
void check_rebirth(const Record& record, Violations& violations);

/// A raise refused by a conflict is done within two cycles and 10 s, if demand still needs it.
void check_conflicts(const Record& record, Violations& violations);

/// A value that was seen once and that no demand of the last two hours explains costs at most twice the replicas.
void check_flukes(const Record& record, Violations& violations);

/// Where the forecast expects demand to return, a collapse of demand removes no replica for a lead time, and then at
/// most half of them at once. 75 minutes after a service was switched off, at most minReplicas + 1 are left.
void check_collapse(const Record& record, Violations& violations);

/// Two lead times after a daily rise, two fifths of the needed replicas are Ready, though pods start one after another.
void check_ordered(const Record& record, Violations& violations);

/// Replicas that demand does not explain for two lead times (at least 10 minutes) and two cycles have a condition that
/// says why.
void check_holds(const Record& record, Violations& violations);

/// Replaced sources, pods that wait for room or never start, and pods that cannot be found keep no unneeded replicas
/// for more than half an hour.
void check_scale_in_goes_on(const Record& record, Violations& violations);

/// The pool's size stays within its bounds and above the nodes in use, and no pod waits for a node for half an hour.
void check_pool(const Record& record, Violations& violations);

Violations check_all(const Record& record);

}  // namespace aia::simulation
