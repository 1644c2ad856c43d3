// A demand series from a CSV file, put on a regular grid: `time,value` lines as a monitoring system exports them.
// `forecast`, `backtest` and `replay` share this reader, so that all three read the same files as the same series. An
// error is a sentence for the person who mends the file: it names line and field and says what to do.
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
  std::vector<double> values;  ///< requests a second or any other demand: one value a step, 0 to 1e30; NaN: missing
  bool dated = false;          ///< times were RFC 3339

  [[nodiscard]] WallTime at(std::size_t index) const { return start + step * static_cast<std::int64_t>(index); }
};

/// Most steps from the first to the last line: nearly ten years of minutes, 40 MB. A longer file is refused.
inline constexpr std::int64_t kMaxDemandSteps = 5'000'000;

/// Lines `time,value` in ascending order, with or without a header. A header is a first line whose first field is no
/// time and whose second field is no value. Time: seconds or RFC 3339 (a blank in place of the T is fine), one kind a
/// file. Value: a number from 0 to 1e30; empty or nan: missing. `step`: of the grid; unset: the most common distance
/// between lines (the shortest of equally common distances). A step without a line is missing. CRLF, a byte order mark,
/// quoted fields and blank lines are fine; there are no comments. Errors: Invalid, naming line and field.
Result<DemandSeries> read_demand_file(std::string_view text, std::optional<Millis> step = std::nullopt);

}  // namespace aia
