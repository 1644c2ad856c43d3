// What lies further ahead than the online engine looks, from one look at the whole series (forecasting/batch). A day of
// minutes is looked at in steps of five: as accurate hours ahead (Crane's traces), a tenth of the time, and a week of
// single minutes would take gigabytes.
#pragma once

#include <string>
#include <vector>

#include "base/demand_file.h"
#include "base/time.h"
#include "forecasting/values/fan.h"

namespace aia {

struct FarAhead {
  forecasting::Fan fan;      ///< seen from the last step, to the horizon or beyond it; empty: see error
  std::vector<int> seasons;  ///< that were used, in steps of the series, ascending
  Millis look{0};            ///< the step it was looked at in
  std::string error;         ///< why there is nothing

  [[nodiscard]] bool ok() const { return error.empty(); }
};

/// `seasons` and `horizon` in steps of the series; `levels` ascending, within (0, 1).
FarAhead far_ahead(const DemandSeries& series, const std::vector<int>& seasons, int horizon,
                   const std::vector<double>& levels);

}  // namespace aia
