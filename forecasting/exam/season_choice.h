// Chooses the seasons of a series when the user gave none. Detection is plugged in here and nowhere else.
#pragma once

#include <vector>

#include "base/demand_file.h"
#include "forecasting/values/time.h"

namespace forecasting::exam {

/// The seasons detected in the series, and a day in any case once two days were seen, as in `aiautoscaler run`: people
/// live by the day, and a combination drops a season that does not help. In steps, ascending; empty: none. Looks at the
/// first `known` steps only, so that an exam's choice does not know its judged half.
std::vector<int> seasons_of(const aia::DemandSeries& series, std::size_t known);

/// The season for models with a single season: the day if `seasons` has a day, else the shortest season; 0: none.
int main_season(const std::vector<int>& seasons, Duration step);

}  // namespace forecasting::exam
