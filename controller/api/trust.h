// How far an observation can be believed: only Whole data may lower the number of replicas (rule 8).
#pragma once

#include <cstdint>

namespace aia::api {

/// From best to worst. Any trust but Whole may raise replicas, never lower them.
enum class Trust : std::uint8_t {
  Whole,    ///< every Ready pod contributed, data is fresh, no warnings
  Partial,  ///< some pods or series are missing, or the server warned
  Stale,    ///< newest sample is older than the freshness limit
  Missing,  ///< no answer, an error, several series, NaN, negative or infinite
};

}  // namespace aia::api
