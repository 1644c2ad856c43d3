// Additive Holt-Winters in error-correction form (Holt 1957, Winters 1960; Hyndman and Athanasopoulos, "Forecasting:
// principles and practice", 3rd ed., 8.3 and 8.5: ETS(A,A,A)):
//   e = y − (l + b + s[i]);  l += b + α·e;  b += β·e;  s[i] += γ·e
// with the season in a ring, so that a step costs O(1) whatever the season: minute data with a season of a day needs
// 1440 states, which is where array-per-step implementations give up. Errors are winsorised; a gap advances level by
// trend and the season index, nothing else.
#pragma once

#include <cstddef>
#include <vector>

#include "forecasting/members/winsoriser.h"

namespace forecasting {

class HoltWinters {
 public:
  struct Options {
    int season_steps = 1440;  ///< ≥ 1
    double alpha = 0.1;       ///< level, (0, 1]
    double beta = 0;          ///< trend, [0, alpha]; 0: no trend
    double gamma = 0.1;       ///< season, [0, 1]
    bool robust = true;       ///< winsorise errors; off in the textbook oracle
  };

  explicit HoltWinters(const Options& options);

  /// Takes the next step, NaN for a gap. The first season only collects: its mean becomes the level, the deviations the
  /// seasonals. A first season with fewer than half of its steps is collected anew.
  void update(double value);

  /// Demand `steps` ≥ 1 ahead; NaN before the first season is complete.
  [[nodiscard]] double forecast(int steps) const;

  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] double level() const { return level_; }
  [[nodiscard]] double trend() const { return trend_; }

 private:
  void collect(double value);
  void start();

  Options options_;
  Winsoriser winsoriser_;
  std::vector<double> season_;  ///< until started: the values as they came
  std::size_t next_ = 0;        ///< season index of the step to come
  double level_ = 0;
  double trend_ = 0;
  bool started_ = false;
};

}  // namespace forecasting
