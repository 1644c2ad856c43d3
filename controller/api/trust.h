// How far an observation can be believed: only whole data may lower a number of replicas (rule 8).
#pragma once

#include <cstdint>

namespace aia::api {

/// In the order from best to worst. Anything but Whole may raise, never lower.
enum class Trust : std::uint8_t {
  Whole,    ///< every Ready pod contributed, data is fresh, no warnings
  Partial,  ///< some pods or series are missing, or the server warned
  Stale,    ///< newest sample is older than the freshness limit
  Missing,  ///< no answer, an error, several series, NaN, negative or infinite
};

}  // namespace aia::api
