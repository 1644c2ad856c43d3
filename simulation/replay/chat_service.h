// The trace that the project makes itself, so that a demonstration needs nothing: working days of a chat service. A
// quiet night, a steep morning (a quarter of the peak to the peak within three hours), a lunch dip, an evening
// shoulder; each day at its own level, with slow noise, bursts that nobody can foresee, and the scatter of counted
// arrivals. The shape is that of tests/data/make_daily.py.
#pragma once

#include <cstdint>

#include "simulation/replay/trace.h"

namespace aia::simulation {

struct ChatServiceOptions {
  std::uint64_t seed = 1;
  Millis length{std::chrono::hours(24 * 11)};  ///< whole minutes of it are made, from a midnight on
  double peak_rps = 290;                       ///< of an average day, without noise
  double bursts_per_day = 4;                   ///< mean; each 5 to 15 minutes long and a tenth to a quarter more
};

/// One value a minute; the same for the same options.
Trace chat_service(const ChatServiceOptions& options);

}  // namespace aia::simulation
