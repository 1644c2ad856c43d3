// Which seasons a series is forecast with when nobody said: the one place where detection is plugged in.
#pragma once

#include <vector>

#include "base/demand_file.h"
#include "forecasting/values/time.h"

namespace forecasting::exam {

/// What the series shows, and the day in any case once two were seen, as in `aiautoscaler run`: people live by it, and
/// a combination drops a season that does not help. In steps, ascending; empty: none. Looks at `known` steps from the
/// start alone, so that an exam's choice does not know its judged half.
std::vector<int> seasons_of(const aia::DemandSeries& series, std::size_t known);

/// The one to take where only one can be: the day if it is among them, else the shortest; 0: none.
int main_season(const std::vector<int>& seasons, Duration step);

}  // namespace forecasting::exam
