// The rules that a spec must keep beyond its types. The CRD's CEL rules check the same at the API server. The
// controller checks again, because a cluster may still have an older CRD, and because replay and tests read files.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "controller/api/autoscaler.h"

namespace aia::api {

/// Bounds of a reference to an API object, whose parts become parts of URL paths: an apiVersion is "v1" or
/// "group/version"; a scaleRef's name is a DNS name, because labels carry the name, too.
bool is_api_version(const std::string& text);
bool is_kind(const std::string& text);
bool is_object_name(const std::string& text);
bool is_dns_name(const std::string& text);

/// Checks the fields below `path`, and returns the first error in words. `is_name` is is_object_name or is_dns_name.
std::optional<std::string> check_reference(const std::string& path, const std::string& api_version,
                                           const std::string& kind, const std::string& name,
                                           bool (*is_name)(const std::string&) = is_object_name);

/// Errors: Invalid, for the first broken rule: the field's path and the correction.
Status validate(const AutoscalerSpec& spec);

// The CRD's bounds, in a single place.
inline constexpr std::size_t kMaxDemands = 8;
inline constexpr std::size_t kMaxDemandName = 40;
inline constexpr std::size_t kMaxQuery = 4096;
inline constexpr std::size_t kMaxApiVersion = 253;
inline constexpr std::size_t kMaxKind = 63;
inline constexpr std::size_t kMaxObjectName = 253;
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
