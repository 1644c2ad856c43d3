// The online forecaster of one demand series: fed one grid step at a time, it answers with a fan, the model it trusts
// at the planning horizon and why. Pure: no clock, no I/O, no threads; the same updates give the same bytes. A step
// costs O(knots) and allocates nothing; memory is O(season + knots), about 0.7 MB for a day of minutes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "forecasting/fan.h"

namespace forecasting {

enum class Model { Auto, LastValue, SeasonalNaive, HoltWinters };

struct Options {
  Duration step{std::chrono::seconds(60)};
  int season_steps = 1440;       ///< 0: no season, the seasonal models stay ineligible
  Model model = Model::Auto;     ///< Auto: best pinball loss at the planning horizon, with margin and dwell
  double planning_level = 0.95;  ///< always one of the fan's levels
  std::vector<double> levels = {0.1, 0.5, 0.9, 0.99};  ///< the planning level is added; at most 5 in all
  std::vector<int> knots = {1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240};  ///< in steps, ascending
  int residual_window_steps = 0;  ///< memory of the rolling conformal quantiles; 0: three seasons, without one 4320
  int min_residuals = 50;         ///< below it a horizon has no calibrated width
};

/// Which rung of the ladder serves, and why: a state, not an exception.
struct Summary {
  bool eligible = false;      ///< a calibrated fan exists at the planning horizon
  std::string model;          ///< "HoltWinters(24h)", "SeasonalNaive(24h)", "LastValue", "None"
  std::string why;            ///< in words: what was compared, or what is missing
  double skill = 0;           ///< 1 − pinball ÷ calibrated last value's, at planning level and horizon
  double skill_seasonal = 0;  ///< the same against seasonal-naive with equally calibrated quantiles; 0 when unknown
  double coverage = 0;        ///< share of judged steps at or below the planning quantile
  int samples = 0;            ///< judged steps behind these figures
  int rejected = 0;           ///< values that were infinite or negative, treated as missing
};

class Forecaster {
 public:
  explicit Forecaster(Options options);
  ~Forecaster();
  Forecaster(Forecaster&&) noexcept;
  Forecaster& operator=(Forecaster&&) noexcept;

  /// The horizon (a duration ahead of the origin) at which models are compared. May change at any time.
  void set_planning_horizon(Duration horizon);

  /// The value at the next grid point; NaN = missing (a gap: no update, no residual). Infinite or negative values are
  /// treated as missing and counted. `at` only stamps the fan's origin; points must be fed in order, one per step.
  void update(TimePoint at, double value);

  /// Empty until something was observed. In a gap its origin stays at the newest observed value, so that the horizon of
  /// a given time, and with it the width, grows with the age of what is known. Calibrated if summary().eligible.
  [[nodiscard]] Fan fan() const;
  [[nodiscard]] Summary summary() const;
  [[nodiscard]] const Options& options() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forecasting
