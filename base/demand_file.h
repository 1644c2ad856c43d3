// A demand series from a CSV file, put on a regular grid: `time,value` lines as a monitoring system exports them. The
// one reader of `forecast`, `backtest` and `replay`, so that a file that one of them reads is read by all, and as the
// same series. A mistake is a sentence that names line and field and says what to do, because its reader has a file to
// mend.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia {

struct DemandSeries {
  WallTime start{};            ///< of the first value; without dates 0 is a midnight
  Millis step{};               ///< > 0
  std::vector<double> values;  ///< requests a second, or whatever is forecast: one a step, 0 to 1e30; NaN: missing
  bool dated = false;          ///< times were RFC 3339

  [[nodiscard]] WallTime at(std::size_t index) const { return start + step * static_cast<std::int64_t>(index); }
};

/// Steps from the first to the last line: nearly ten years of minutes, 40 MB. A file that spans more is refused.
inline constexpr std::int64_t kMaxDemandSteps = 5'000'000;

/// Lines `time,value` in ascending order, with or without a header: a first line whose first field is no time and whose
/// second is no value. Time: seconds or RFC 3339 (a blank in place of its T is fine), one kind a file. Value: a number
/// from 0 to 1e30; empty or nan: missing. `step`: of the grid; else the most common distance between lines (of equally
/// common ones the shortest). A step without a line is missing. CRLF, a byte order mark, quoted fields and blank lines
/// are fine; there are no comments. Errors: Invalid, naming line and field.
Result<DemandSeries> read_demand_file(std::string_view text, std::optional<Millis> step = std::nullopt);

}  // namespace aia
