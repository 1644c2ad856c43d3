// Numbers in the words of an on-call engineer: durations and short figures for `why` texts. Locale-free.
#pragma once

#include <string>

#include "forecasting/values/time.h"

namespace forecasting {

/// "24h", "1h30m", "90s", "33m": whole units, the two largest.
std::string words(Duration duration);

/// At most three significant digits: "1230", "12.3", "0.0412".
std::string words(double figure);

/// 0.1234 → "12%", −0.05 → "-5%".
std::string percent(double share);

}  // namespace forecasting
