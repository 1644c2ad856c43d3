// A series made ready for ARIMA: in its own unit, gaps filled for what needs values, differenced both ways.
#pragma once

#include <vector>

#include "forecasting/classic/arima_form.h"

namespace forecasting {

struct ArimaSeries {
  std::vector<double> filled{};      ///< values over unit, gaps as last season's (or, without one, the last) value
  std::vector<double> difference{};  ///< of `filled`
  std::vector<double> observed{};    ///< the same, NaN where a gap has part in it
  std::vector<bool> present{};       ///< per difference: no gap in it
  double unit = 1;
  int observations = 0;  ///< differences without a gap
};

ArimaSeries arima_series(const std::vector<double>& values, const ArimaOrder& order);

}  // namespace forecasting
