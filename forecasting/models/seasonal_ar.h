// A sparse seasonal autoregression, direct per horizon and online: y(t+h) − y(t) on an intercept, recent changes, the
// season's own move from now to the target (yesterday's and last week's), how far now is off them, Fourier terms of the
// season at the target and calendar regressors known ahead; one least-squares problem a horizon, forgotten
// exponentially, solved at intervals in turn. A direct regression needs no model of the steps between and stays right
// when there is none (Marcellino, Stock and Watson, J. Econometrics 135, 2006). Targets are changes, so that before
// anything is learned, and where the learned explodes, the forecast is the last value.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "forecasting/history.h"
#include "forecasting/models/fit.h"
#include "forecasting/models/least_squares.h"
#include "forecasting/winsoriser.h"

namespace forecasting {

class SeasonalAr {
 public:
  /// A regressor known ahead, as a function of the step counted from the first update: a week-end, a holiday.
  using Calendar = std::function<double(std::int64_t step)>;

  struct Options {
    int season_steps = 1440;
    int second_steps = 0;                   ///< the week; 0: none
    std::vector<int> knots{1};              ///< horizons in steps, ascending, ≥ 1
    std::vector<int> lags{1, 2, 3, 5, 15};  ///< changes from `lag` steps ago to now
    int fourier_pairs = 2;
    std::vector<Calendar> calendar{};
    double half_life_steps = 8 * 1440;
    double ridge = 1e-3;
    int solve_every = 60;  ///< steps; each horizon at its own turn
  };

  explicit SeasonalAr(const Options& options);

  /// The next step, NaN for a gap: it teaches nothing, and lags that meet it hold the value before. What is remembered
  /// is within 5 robust σ of the shortest horizon's forecast, unless a shift lasts. A lower bound is remembered when
  /// above the last value, and teaches nothing. Never allocates.
  void update(double value, Sample sample = Sample::exact);

  /// knots[knot] steps ahead; NaN before the first value.
  [[nodiscard]] double forecast(std::size_t knot) const;

  [[nodiscard]] std::size_t regressors() const { return size_; }

 private:
  /// Fills `x` as seen `age` steps ago for a target `steps` after that; false when the value there is missing.
  bool fill(int age, int steps, double* x) const;
  void learn(double value, Sample sample);
  /// In `unit_`; `x`: room for a row.
  [[nodiscard]] double predict(std::size_t knot, double* x) const;
  [[nodiscard]] double seasonal_move(int age, int steps, int season) const;

  Options options_;
  std::size_t size_;
  History values_;                      ///< cleaned and filled: a gap holds the value before it
  History known_;                       ///< NaN at gaps and bounds: what may be a target or an origin
  History issued_;                      ///< forecasts of the shortest horizon, by origin
  Winsoriser errors_;                   ///< of those
  std::vector<LeastSquares> horizons_;  ///< one a knot
  std::vector<double> waves_;           ///< cos, sin of the season's first harmonic at every phase
  std::vector<double> room_;            ///< of one row of regressors
  double unit_ = 0;                     ///< power of two near the first value that is not 0: squares must not overflow
  std::int64_t step_ = -1;              ///< of the newest update
};

}  // namespace forecasting
