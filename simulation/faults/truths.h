// What the checkers share: arithmetic on the record of a run. Demand is the world's own, not what anybody measured.
#pragma once

#include <optional>

#include "simulation/faults/record.h"

namespace aia::simulation {

/// Replicas that serve so much; a fiftieth may be missing, which no metric shows.
int need_of(double rps, const Inhabitant& inhabitant);

double least_rps(const Inhabitant& inhabitant, WallTime from, WallTime to);
double largest_rps(const Inhabitant& inhabitant, WallTime from, WallTime to);

/// Every request is counted where it comes in: what is served does not limit what is seen.
bool counts_arrivals(const Inhabitant& inhabitant);

/// How long what demand was may still be seen in replicas: stabilised; with a forecast given back over an hour
/// (docs/decisions/0018); and where a model with a memory of its own was asked for, a level is a spike to it for twelve
/// steps of the grid (docs/forecasting.md). A turn that no day before had leaves every model less sure of itself for
/// hours.
Millis memory_of(const Record& record, int service, const api::AutoscalerSpec& spec, WallTime at);

/// How far ahead demand may be the reason for replicas now: starts, one after another where they are ordered, and nodes
/// before them.
Millis horizon_of(const Inhabitant& inhabitant);

/// Half as much again as the largest demand in sight, or two and a half times the daily steep rise, and two replicas:
/// what a planning quantile and rounding may cost.
int plenty_for(double rps, const Inhabitant& inhabitant, const api::AutoscalerSpec& spec);

/// The newest at or before `at`; nullptr: none.
const Moment* moment_at(const Record& record, int service, WallTime at);

/// Unset: there was none, or it did not decode then.
std::optional<api::AutoscalerSpec> spec_at(const Record& record, const api::ObjectKey& key, WallTime at);

/// From a fault's end until all is as it should be: two cycles, one more that may have been under way and slow, a lease
/// to be won and a rate window to fill.
Millis soon_after(const ControllerOptions& options);

/// Nobody can be expected to scale that service out: it is not seen, not writable, or somebody else's for a while; or a
/// fault of that kind was over only just now.
bool blocked(const Record& record, int service, WallTime from, WallTime to);

/// Another fault than that, which hits that service or a controller's decisions, overlaps [from, to].
bool others_disturb(const Record& record, const Fault& fault, int service, WallTime from, WallTime to);

bool by_controller(const Write& write);
bool is_done_scale(const Write& write);  ///< by a controller

}  // namespace aia::simulation
