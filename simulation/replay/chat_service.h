// A made-up trace of a chat service's working days, so that a demonstration needs no data. Each day has a quiet night,
// a steep morning (a quarter of the peak to the peak within three hours), a lunch dip and an evening shoulder. Each day
// has its own level, with slow noise, unforeseeable bursts, and the scatter of counted arrivals. The shape is the same
// as in tests/data/make_daily.py.
#pragma once

#include <cstdint>

#include "simulation/replay/trace.h"

namespace aia::simulation {

struct ChatServiceOptions {
  std::uint64_t seed = 1;
  Millis length{std::chrono::hours(24 * 11)};  ///< cut to whole minutes, from a midnight on
  double peak_rps = 290;                       ///< of an average day, without noise
  double bursts_per_day = 4;                   ///< mean; each burst adds a tenth to a quarter for 5 to 15 minutes
};

/// A value per minute; the same for the same options.
Trace chat_service(const ChatServiceOptions& options);

}  // namespace aia::simulation
