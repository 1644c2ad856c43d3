// Prepares a series for ARIMA: in its own unit, with gaps filled for CSS, differenced with and without the fills.
#pragma once

#include <vector>

#include "forecasting/classic/arima_form.h"

namespace forecasting {

struct ArimaSeries {
  std::vector<double> filled{};      ///< values over unit, gaps as last season's (or, without one, the last) value
  std::vector<double> difference{};  ///< of `filled`
  std::vector<double> observed{};    ///< the same, NaN for a difference with a gap
  std::vector<bool> present{};       ///< per difference: without a gap
  double unit = 1;
  int observations = 0;  ///< differences without a gap
};

ArimaSeries arima_series(const std::vector<double>& values, const ArimaOrder& order);

}  // namespace forecasting
