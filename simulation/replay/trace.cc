// Times are whole milliseconds, so bins are found by exact integer division.
#include "simulation/replay/trace.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace aia::simulation {

double Trace::at(WallTime time) const {
  if (time < start || time >= end()) return std::numeric_limits<double>::quiet_NaN();
  return values[static_cast<std::size_t>((time - start) / step)];
}

Trace Trace::between(WallTime from, WallTime to) const {
  const auto bin = [&](WallTime time) {
    return std::clamp<std::int64_t>((time - start) / step, 0, static_cast<std::int64_t>(values.size()));
  };
  const auto first = bin(from), last = std::max(bin(from), bin(to));
  return {name, start + step * first, step, {values.begin() + first, values.begin() + last}};
}

Trace Trace::filled() const {
  Trace whole = *this;
  const auto first = std::find_if(values.begin(), values.end(), [](double value) { return !std::isnan(value); });
  double last = first == values.end() ? 0 : *first;
  for (auto& value : whole.values) value = last = std::isnan(value) ? last : value;
  return whole;
}

}  // namespace aia::simulation
