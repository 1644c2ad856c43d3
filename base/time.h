// Time as the API writes it: durations in Go's notation ("1h30m", "2250ms", as metav1.Duration) and instants in RFC
// 3339. One clock type for the whole project: milliseconds since the epoch. Source:
// https://pkg.go.dev/time#ParseDuration, RFC 3339.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aia {

using Millis = std::chrono::milliseconds;
using WallTime = std::chrono::sys_time<Millis>;

/// "1h30m", "90s", "1.5h", "250ms", "0s". Errors: Invalid, naming the text; negative and sub-millisecond durations are
/// refused.
Result<Millis> parse_duration(std::string_view text);

/// Shortest exact Go notation: 7m10s, 1h0m0s is written "1h", 250 ms "250ms", zero "0s".
std::string format_duration(Millis duration);

/// For people: whole seconds from ten seconds on, else exact.
std::string format_rough(Millis duration);

/// "2026-11-21T08:30:00Z", with or without fraction (cut to milliseconds), any numeric offset, a blank in place of T,
/// second 60 of a leap second. Errors: Invalid.
Result<WallTime> parse_rfc3339(std::string_view text);

/// UTC with seconds ("2026-11-21T08:30:00Z"), as metav1.Time.
std::string format_rfc3339(WallTime time);

/// UTC with microseconds, as metav1.MicroTime.
std::string format_rfc3339_micro(WallTime time);

}  // namespace aia
