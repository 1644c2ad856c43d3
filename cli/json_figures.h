// Figures in JSON for people's scripts: measured values are rounded to six digits, counts and times are exact. Six
// digits of a Unix time are wrong by a quarter of an hour.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/time.h"

namespace aia {

/// Six significant digits; null for a value that is not finite.
inline nlohmann::ordered_json measured(double value) {
  if (!std::isfinite(value)) return nullptr;
  const auto rounded = parse_decimal(format_measured(value));
  return rounded ? *rounded : value;
}

/// Seconds, to the millisecond.
inline double seconds(Millis duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace aia
