// An instant as RFC 3339 writes it ("2026-11-21T08:30:00Z", section 5.6), for the series files that people export.
#pragma once

#include <optional>
#include <string_view>

#include "forecasting/values/time.h"

namespace forecasting::exam {

/// With or without fraction (kept to the millisecond), 'T' or a blank in the middle, any numeric offset. Unset when it
/// is no such text or no such day.
std::optional<TimePoint> parse_rfc3339(std::string_view text);

}  // namespace forecasting::exam
