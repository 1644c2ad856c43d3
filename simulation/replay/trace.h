// A demand trace: requests a second in bins of equal length, some of them missing. What a replay plays, and what its
// history is made of; read from a file that the user exported, or made by the project (chat_service.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia::simulation {

struct Trace {
  std::string name;            ///< for people: "chat service, made with seed 1", or the file's name
  WallTime start{};            ///< of the first bin
  Millis step{0};              ///< length of a bin, > 0
  std::vector<double> values;  ///< requests a second in [start + i × step, start + (i + 1) × step), ≥ 0; NaN: missing

  [[nodiscard]] WallTime end() const { return start + step * static_cast<std::int64_t>(values.size()); }
  [[nodiscard]] Millis length() const { return end() - start; }

  /// The bin's value; NaN in a missing bin and outside.
  [[nodiscard]] double at(WallTime time) const;

  /// [from, to) alone, cut to whole bins.
  [[nodiscard]] Trace between(WallTime from, WallTime to) const;

  /// Each missing bin as the last one seen (the first one seen, before any): what arrived while nobody could look.
  [[nodiscard]] Trace filled() const;
};

inline constexpr std::size_t kMaxTraceBins = 5'000'000;  // nearly ten years of minutes

/// CSV: a header line, then `time,value` lines in ascending order. Time: seconds (any origin; 0 is a midnight) or RFC
/// 3339, one kind per file. Value: requests a second; empty or NaN: missing. The first two times give the step; a bin
/// left out is missing. CRLF, a byte order mark and an empty last line are fine. Errors: Invalid, with line and field.
Result<Trace> read_trace(std::string_view csv, std::string name);

}  // namespace aia::simulation
