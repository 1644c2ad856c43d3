// The exam marks an absent value, forecast or figure by NaN.
#pragma once

#include <limits>

namespace forecasting::exam {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

}  // namespace forecasting::exam
