// Reads durations in PromQL's notation: "5m", "1h30m", "2w", "100ms". Units must fall, and a year has 365 days. Source:
// Prometheus 3, model.ParseDuration (prometheus/common).
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace aia::prometheus {

/// Nothing when `text` is no duration, such as a number without a unit.
std::optional<Millis> parse_promql_duration(std::string_view text);

}  // namespace aia::prometheus
