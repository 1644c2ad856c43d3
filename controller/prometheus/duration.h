// Durations as PromQL writes them: "5m", "1h30m", "2w", "100ms", units in falling order, years of 365 days.
// Source: Prometheus 3, model.ParseDuration (prometheus/common).
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace aia::prometheus {

/// Nothing when the text is no duration; a plain number is none.
std::optional<Millis> parse_promql_duration(std::string_view text);

}  // namespace aia::prometheus
