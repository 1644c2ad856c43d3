// The end of a backtest as a picture: what came, over the fan that had been forecast a lead time before. One panel a
// lead time, plain SVG without scripts or resources.
#pragma once

#include <string>

#include "cli/backtest_report.h"

namespace aia {

std::string backtest_svg(const Backtest& backtest);

}  // namespace aia
