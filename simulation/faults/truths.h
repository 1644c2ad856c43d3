// Arithmetic on the record of a run that the checkers share. Demand is the true demand of the world, not a measured
// value.
#pragma once

#include <optional>

#include "simulation/faults/record.h"

namespace aia::simulation {

/// Replicas that serve `rps`. A fiftieth of the demand may be unserved, because no metric shows so little.
int need_of(double rps, const Inhabitant& inhabitant);

double least_rps(const Inhabitant& inhabitant, WallTime from, WallTime to);
double largest_rps(const Inhabitant& inhabitant, WallTime from, WallTime to);

/// True where the metric counts every request on arrival, so that capacity does not limit the measured demand.
bool counts_arrivals(const Inhabitant& inhabitant);

/// How long past demand may still be seen in replicas. Without a forecast: half an hour. With a forecast:
/// 75 minutes, because replicas are given back over an hour (docs/decisions/0018). With SeasonalNaive or HoltWinters:
/// twelve grid steps and half an hour, because these models take a new level for a spike (docs/forecasting.md). After a
/// turn of demand that no day before had: 12 hours, because every model is less sure.
Millis memory_of(const Record& record, int service, const api::AutoscalerSpec& spec, WallTime at);

/// How far ahead demand may be a reason for replicas now: 4 lead times, 25 where starts are ordered, and 10 minutes
/// more with a node pool.
Millis horizon_of(const Inhabitant& inhabitant);

/// Replicas for 1.5 times the largest demand in sight, or for 2.5 times the top of the daily steep rise, plus two
/// replicas: the most that a planning quantile and rounding may cost.
int plenty_for(double rps, const Inhabitant& inhabitant, const api::AutoscalerSpec& spec);

/// The newest Moment of a service at or before `at`; nullptr: none.
const Moment* moment_at(const Record& record, int service, WallTime at);

/// The spec in force at `at`; unset: the AIAutoscaler did not exist.
std::optional<api::AutoscalerSpec> spec_at(const Record& record, const api::ObjectKey& key, WallTime at);

/// From a fault's end until all must be well again: two cycles, a slow cycle that may be under way, the time to win a
/// lease, and a rate window to fill (90 s).
Millis soon_after(const ControllerOptions& options);

/// No controller can be expected to scale this service out: a fault in [from, to], or shortly before, hides its demand,
/// refuses writes, or gives the target another owner.
bool blocked(const Record& record, int service, WallTime from, WallTime to);

/// A fault other than `fault` that hits this service or a controller's decisions overlaps [from, to].
bool others_disturb(const Record& record, const Fault& fault, int service, WallTime from, WallTime to);

bool by_controller(const Write& write);
bool is_done_scale(const Write& write);  ///< a scale by a controller, done

}  // namespace aia::simulation
