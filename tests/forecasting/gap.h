// A missing step, for tests.
#pragma once

#include <limits>

namespace forecasting {

inline constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

}  // namespace forecasting
