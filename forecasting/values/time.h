// Time as forecasting counts it: whole milliseconds, so that grids are compared exactly. A duration is a step or a
// horizon, a time point stamps an origin; neither is read from a clock here.
#pragma once

#include <chrono>

namespace forecasting {

using Duration = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<Duration>;

}  // namespace forecasting
