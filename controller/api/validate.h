// The rules that a spec must keep beyond its types. The CRD's CEL rules say the same at the API server; they are
// checked here again, because a cluster may still have an older CRD, and because replay and tests read files.
#pragma once

#include "controller/api/autoscaler.h"
#include "controller/api/result.h"

namespace aia::api {

/// Errors: Invalid, for the first rule that is broken: the field's path and what to change.
Status validate(const AutoscalerSpec& spec);

// What the CRD bounds, in one place.
inline constexpr std::size_t kMaxDemands = 8;
inline constexpr std::size_t kMaxDemandName = 40;
inline constexpr std::size_t kMaxQuery = 4096;
inline constexpr std::size_t kMaxLabel = 63;
inline constexpr int kMostHeaviest = 8;
inline constexpr int kMaxReplicas = 100'000;
inline constexpr Millis kShortest = std::chrono::seconds(1);
inline constexpr Millis kLongestLead = std::chrono::hours(2);
inline constexpr Millis kLongestSeason = std::chrono::hours(24 * 31);
inline constexpr Millis kShortestHistory = std::chrono::seconds(10);
inline constexpr Millis kLongestHistory = std::chrono::hours(24 * 366);
inline constexpr Millis kLongestStabilization = std::chrono::hours(1);

}  // namespace aia::api
