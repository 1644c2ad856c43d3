// The online forecaster of one demand series: fed one grid step at a time, it answers with a fan, scenario paths, the
// model that serves at the planning horizon and why. Pure: no clock, no I/O, no threads; the same updates give the same
// bytes. A step costs tens of microseconds and allocates nothing; refits are jobs that the caller runs when it has
// time; memory is O(season), less than 96 KB for a day of minutes. What it knows can be kept as bytes and taken up
// again.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "forecasting/learner/refit.h"
#include "forecasting/values/fan.h"
#include "forecasting/values/scenarios.h"

namespace forecasting {

/// Auto: learned conditional quantiles, combined with the last value. The others are point models with calibrated
/// widths; Ladder: the best of them, by pinball loss at the planning horizon, with margin and dwell.
enum class Model { Auto, LastValue, SeasonalNaive, HoltWinters, Ladder };

/// What an observed value says of demand. AtLeast: it was cut off from above (a saturated server admits no more), so
/// that demand was no less: it may raise what is forecast, never lowers it, and nothing is judged or learned from it.
enum class Observed { Whole, AtLeast };

struct Options {
  Duration step{std::chrono::seconds(60)};
  int season_steps = 1440;  ///< 0: no season, nothing of a day is used
  Model model = Model::Auto;
  double planning_level = 0.95;                        ///< always one of the fan's levels
  std::vector<double> levels = {0.1, 0.5, 0.9, 0.99};  ///< the planning level is added; at most 5 in all
  /// Of the named models: horizons in steps, ascending. Auto has its own, from 1/288 to 1/6 of a day.
  std::vector<int> knots = {1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240};
  /// Of the named models: memory of their quantiles; 0: three seasons, without one 4320.
  int residual_window_steps = 0;
  int min_residuals = 50;  ///< of the named models: below it a horizon has no calibrated width
};

/// Which rung of the ladder serves, and why: a state, not an exception.
struct Summary {
  bool eligible = false;      ///< a calibrated fan exists at the planning horizon
  std::string model;          ///< "Learned(24h)", "HoltWinters(24h)", "LastValue", "None"
  std::string why;            ///< in words: what was compared, or what is missing
  double skill = 0;           ///< 1 − pinball ÷ calibrated last value's, at planning level and horizon
  double skill_seasonal = 0;  ///< the same against seasonal-naive with equally calibrated quantiles; 0 when unknown
  double coverage = 0;        ///< share of judged steps at or below the planning quantile
  int samples = 0;            ///< judged steps behind these figures
  int rejected = 0;           ///< values that were infinite or negative, treated as missing
};

class Engine;

/// What was fed so far.
struct Counts {
  int steps = 0;
  int observed = 0;
  int rejected = 0;  ///< infinite or negative

  template <class Io>
  void state(Io& io) {
    io.count(steps, observed, rejected);
  }
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
  /// treated as missing and counted. `at` only stamps the fan's origin; points must be fed in order, one per step. To
  /// the named models a value that is AtLeast is missing unless it lies above the newest.
  /// `parts`: paths from here on of what the series is the sum of (decomposed.h): one more member of the combination,
  /// of which the named models know nothing.
  void update(TimePoint at, double value, Observed observed = Observed::Whole, const Scenarios* parts = nullptr);

  /// Empty until something was observed. In a gap its origin stays at the newest observed value, so that the horizon of
  /// a given time, and with it the width, grows with the age of what is known. Calibrated if summary().eligible.
  [[nodiscard]] Fan fan() const;
  [[nodiscard]] Summary summary() const;
  [[nodiscard]] const Options& options() const { return options_; }

  /// Paths as far as `furthest`; empty while too little is known, and from the named models.
  [[nodiscard]] Scenarios scenarios(Duration furthest) const;

  /// A refit is due: run refit_job(), at leisure and on any thread, and adopt() what it gives; what was fed meanwhile
  /// is not lost. A forecaster that is never refitted forecasts with what it learns online.
  [[nodiscard]] bool refit_due() const;
  [[nodiscard]] RefitJob refit_job() const;
  void adopt(Refit refit);

  /// All that is kept for the series; 0: not told by the named models.
  [[nodiscard]] std::size_t state_bytes() const;

  /// The whole state, with a version, the options it was made with and a checksum. Empty: the named models keep none,
  /// they are fed their history again.
  [[nodiscard]] std::vector<std::byte> save() const;

  /// Takes up what save() gave; afterwards this one continues bit for bit. Otherwise says why not, in words, and is
  /// as it was.
  [[nodiscard]] std::optional<std::string> restore(std::span<const std::byte> state);

 private:
  Options options_;
  std::unique_ptr<Engine> engine_;
  std::optional<Duration> planning_horizon_;
  Counts counts_;
};

}  // namespace forecasting
