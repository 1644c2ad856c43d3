// The regular grid on which demand is kept: multiples of the step since the epoch, so that a restart samples the very
// same points. What a range query did not answer is a gap, never a zero.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controller/ports/metrics_source.h"

namespace aia::loop {

/// Grid points first, first + step, … last.
struct GridRange {
  WallTime first{};
  WallTime last{};
  Millis step{0};
  [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>((last - first) / step) + 1; }
  [[nodiscard]] WallTime at(std::size_t index) const { return first + step * static_cast<Millis::rep>(index); }
};

/// The newest grid point at or before `time`.
WallTime floor_to_grid(WallTime time, Millis step);

/// One value per grid point; NaN where no series has a sample, or more than one has.
std::vector<double> on_grid(const ports::QueryAnswer& answer, const GridRange& range);

/// The same of the series whose `label` is `value`; empty: of those without it.
std::vector<double> on_grid(const ports::QueryAnswer& answer, const GridRange& range, const std::string& label,
                            const std::string& value);

}  // namespace aia::loop
