// What an oracle's row holds; the rows are in smoothing.h, arima.h and theta.h, written by generate.py. The series they
// were computed on is made here by the same integer arithmetic as there.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "forecasting/classic/arima_form.h"

namespace forecasting::testing {

struct EtsCase {
  std::string form;
  double log_likelihood;
  std::vector<double> forecast;
  std::vector<double> deviation;  ///< empty where the oracle has no formula
};

struct ArimaCase {
  ArimaOrder order;
  ArimaCoefficients coefficients;
  bool gaps;
  double log_likelihood;
  std::vector<double> forecast;
  std::vector<double> deviation;
};

struct ThetaCase {
  double level, alpha, theta;
  std::vector<double> errors;  ///< at t = 1, 5, 60, 119
  std::vector<double> forecast;
};

constexpr int kOraclePeriod = 12;

/// generate.py's series().
inline std::vector<double> oracle_series(int length = 120, bool gaps = false) {
  std::vector<double> values;
  std::int64_t state = 7;
  for (int t = 0; t < length; ++t) {
    state = (state * 1103515245 + 12345) % (std::int64_t{1} << 31);
    const double noise = static_cast<double>(state) / 2147483648.0 - 0.5;
    const double season = std::abs(t % kOraclePeriod - 6) - 3;
    values.push_back(100.0 + 0.5 * t + 8.0 * season + 24.0 * noise);
  }
  if (gaps) {
    for (const std::size_t t : {30U, 31U, 77U}) values[t] = std::numeric_limits<double>::quiet_NaN();
  }
  return values;
}

/// Whether two vectors agree to `tolerance`, relative to the larger entry (or 1).
inline bool agree(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double scale = std::fmax(1.0, std::fmax(std::fabs(a[i]), std::fabs(b[i])));
    if (!(std::fabs(a[i] - b[i]) <= tolerance * scale)) return false;
  }
  return true;
}

}  // namespace forecasting::testing
