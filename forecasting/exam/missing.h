// What stands for a value, a forecast or a figure that is not there.
#pragma once

#include <limits>

namespace forecasting::exam {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

}  // namespace forecasting::exam
