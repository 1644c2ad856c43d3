// A demand series from CSV text, put on a regular grid: `t_s,value` lines as a monitoring system exports them. Pure; a
// mistake is a sentence that names line and field and says what to do, because the reader of it has a file to mend.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forecasting/values/time.h"

namespace forecasting::exam {

struct Series {
  TimePoint start{};           ///< of the first value; without dates 0 is a midnight
  Duration step{};             ///< > 0
  std::vector<double> values;  ///< one a step, 0 to 1e30; NaN: missing
  bool dated = false;          ///< times were RFC 3339

  [[nodiscard]] TimePoint at(std::size_t index) const { return start + step * static_cast<std::int64_t>(index); }
};

struct CsvResult {
  Series series;
  std::string error;  ///< empty: series is good

  [[nodiscard]] bool ok() const { return error.empty(); }
};

/// Steps from the first to the last line: nearly ten years of minutes, 40 MB. A file that spans more is refused.
inline constexpr std::int64_t kMaxSteps = 5'000'000;

/// Lines `time,value` in ascending order, with or without a header: a first line whose first field is no time and whose
/// second is no value. Time: seconds or RFC 3339, one kind a file. Value: a number from 0 to 1e30; empty or nan:
/// missing. `step`: of the grid; else the most common distance between lines (of equally common ones the shortest). A
/// step without a line is missing. CRLF, a byte order mark, quoted fields and blank lines are fine; there are no
/// comments.
CsvResult read_csv(std::string_view text, std::optional<Duration> step = std::nullopt);

}  // namespace forecasting::exam
