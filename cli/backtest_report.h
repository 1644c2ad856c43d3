// A backtest in words and in JSON. What the figures mean: docs/forecasting.md.
#pragma once

#include <string>
#include <vector>

#include "forecasting/exam/protocol.h"

namespace aia {

struct Backtest {
  std::string input;         ///< for people
  std::string model;         ///< the model serving at the end
  std::vector<int> seasons;  ///< in steps
  DemandSeries series;
  forecasting::exam::Questions questions;
  forecasting::exam::Rolled rolled;
  std::vector<forecasting::exam::LeadReport> leads;
  double cpu_s = 0;  ///< of the judged half
  double update_us_p50 = 0, update_us_p99 = 0;
};

/// Keys always in this order; null for a missing figure, and never NaN.
std::string backtest_json(const Backtest& backtest);

std::string backtest_table(const Backtest& backtest);

}  // namespace aia
