// The Forecast object of each demand entry, as `kubectl get forecasts` shows it. A Forecast is written at once when the
// decision or the model changes, else once per grid step, with the writes spread by name over the step. Forecasts of
// removed demand entries are deleted.
#pragma once

#include "controller/loop/workload/workload.h"

namespace aia::loop {

/// Builds the Forecast of the demand entry at `index`.
api::Forecast forecast_of(const Workload& workload, std::size_t index, WallTime now, const Settings& settings);

/// Writes the due Forecasts of `workload`. Stops writing when the lease is lost or the API server does not answer.
void write_forecasts(Cycle& cycle, Workload& workload, ports::Cluster& cluster, const Settings& settings);

}  // namespace aia::loop
