// The Forecast object of each demand entry: what `kubectl get forecasts` shows. Written at once when the decision or
// the model changes, else once per grid step, spread by name; the Forecasts of entries that are gone are deleted.
#pragma once

#include "controller/loop/cycle.h"
#include "controller/loop/outage.h"

namespace aia::loop {

/// The Forecast of the `index`-th demand entry.
api::Forecast forecast_of(const Workload& workload, std::size_t index, WallTime now, const Settings& settings);

void write_forecasts(Cycle& cycle, Workload& workload, ports::Cluster& cluster, const Settings& settings);

}  // namespace aia::loop
