// A demand trace: requests a second in bins of equal length, some of them missing. A replay plays the end of a trace
// and uses the time before as history. Traces come from a demand file (base/demand_file.h) or from chat_service.h.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace aia::simulation {

struct Trace {
  std::string name;            ///< for people: "chat service, made with seed 1", or the file's name
  WallTime start{};            ///< start of the first bin
  Millis step{0};              ///< length of a bin, > 0
  std::vector<double> values;  ///< requests a second in [start + i × step, start + (i + 1) × step), ≥ 0; NaN: missing

  [[nodiscard]] WallTime end() const { return start + step * static_cast<std::int64_t>(values.size()); }
  [[nodiscard]] Millis length() const { return end() - start; }

  /// The bin's value; NaN in a missing bin and outside.
  [[nodiscard]] double at(WallTime time) const;

  /// The part in [from, to), cut to whole bins.
  [[nodiscard]] Trace between(WallTime from, WallTime to) const;

  /// Fills each missing bin with the last known value before, or the first known value where there is none before. The
  /// filled trace is the demand that arrives while it cannot be seen.
  [[nodiscard]] Trace filled() const;
};

}  // namespace aia::simulation
