// The regular grid on which demand is kept. Grid points are multiples of the step since the epoch, so that a restart
// samples the very same points. A point without an answer from the range query is a gap, never a zero.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controller/ports/metrics_source.h"

namespace aia::loop {

/// The grid points `first`, `first + step`, … `last`; both ends are included.
struct GridRange {
  WallTime first{};
  WallTime last{};
  Millis step{0};
  [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>((last - first) / step) + 1; }
  [[nodiscard]] WallTime at(std::size_t index) const { return first + step * static_cast<Millis::rep>(index); }
};

/// The newest grid point at or before `time`.
WallTime floor_to_grid(WallTime time, Millis step);

/// Returns one value per grid point; NaN where there is no sample, or more than one.
std::vector<double> on_grid(const ports::QueryAnswer& answer, const GridRange& range);

/// The same for the series whose `label` equals `value`; an empty `value` means the series without the label.
std::vector<double> on_grid(const ports::QueryAnswer& answer, const GridRange& range, const std::string& label,
                            const std::string& value);

}  // namespace aia::loop
