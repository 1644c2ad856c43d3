// The end of a backtest as a picture: measured demand over the fan that was forecast one lead time before. One panel
// per lead time, plain SVG without scripts or resources.
#pragma once

#include <string>

#include "cli/backtest_report.h"

namespace aia {

std::string backtest_svg(const Backtest& backtest);

}  // namespace aia
