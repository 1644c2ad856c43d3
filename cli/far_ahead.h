// Forecasts further ahead than the online engine, from the whole series at once (forecasting/batch). A day of minutes
// is forecast in bundles of five minutes. Hours ahead, bundles are as accurate as single minutes (Crane's traces) and
// take a tenth of the time. A week of single minutes would take gigabytes.
#pragma once

#include <string>
#include <vector>

#include "base/demand_file.h"
#include "base/time.h"
#include "forecasting/values/fan.h"

namespace aia {

struct FarAhead {
  forecasting::Fan fan;      ///< seen from the last step, to the horizon or further; empty: see error
  std::vector<int> seasons;  ///< the seasons used, in steps of the series, ascending
  Millis look{0};            ///< length of a bundle
  std::string error;         ///< why there is no fan; empty: there is a fan

  [[nodiscard]] bool ok() const { return error.empty(); }
};

/// `seasons` and `horizon` in steps of the series; `levels` ascending, within (0, 1).
FarAhead far_ahead(const DemandSeries& series, const std::vector<int>& seasons, int horizon,
                   const std::vector<double>& levels);

}  // namespace aia
