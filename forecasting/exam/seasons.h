// Which seasons a series is forecast with when nobody said: the one place where detection is plugged in.
#pragma once

#include <vector>

#include "forecasting/exam/csv.h"

namespace forecasting::exam {

/// In steps, ascending; empty: none. Looks at `known` steps from the start alone, so that an exam's choice does not
/// know its judged half.
std::vector<int> seasons_of(const Series& series, std::size_t known);

}  // namespace forecasting::exam
