// The online forecaster of one demand series. Fed one grid step at a time, the forecaster answers with a fan, scenario
// paths, and the model that serves at the planning horizon with the reason. Pure: no clock, no I/O, no threads; the
// same updates give the same bytes. A step costs tens of microseconds and allocates nothing (without parts). Refits are
// jobs that the caller runs when there is time. Memory is O(season), less than 96 KB for a day of minutes. The state
// can be saved as bytes and restored.
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

/// Auto: learned conditional quantiles, combined with the last value. The other models are point models with calibrated
/// widths. Ladder: the best point model by pinball loss at the planning horizon, with margin and dwell.
enum class Model { Auto, LastValue, SeasonalNaive, HoltWinters, Ladder };

/// How an observed value bounds demand. AtLeast: the value was cut off from above (a saturated server admits no more),
/// so demand was at least as large. Such a value may raise the forecast and never lowers it; nothing is judged or
/// learned from it.
enum class Observed { Whole, AtLeast };

struct Options {
  Duration step{std::chrono::seconds(60)};
  int season_steps = 1440;  ///< 0: no season, nothing of a day is used
  Model model = Model::Auto;
  double planning_level = 0.95;                        ///< always a level of the fan
  std::vector<double> levels = {0.1, 0.5, 0.9, 0.99};  ///< the planning level is added; at most 5 in all
  /// Of the named models: horizons in steps, ascending. Auto has its own, from 1/288 to 1/6 of a day.
  std::vector<int> knots = {1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240};
  /// Of the named models: memory of their quantiles; 0: three seasons, without one 4320.
  int residual_window_steps = 0;
  int min_residuals = 50;  ///< of the named models: with fewer a horizon has no calibrated width
};

/// Which rung of the ladder serves, and why: a state, not an exception.
struct Summary {
  bool eligible = false;      ///< a calibrated fan exists at the planning horizon
  std::string model;          ///< "Learned(24h)", "HoltWinters(24h)", "LastValue", "None"
  std::string why;            ///< in words: the comparison, or the missing data
  double skill = 0;           ///< 1 − pinball ÷ calibrated last value's, at planning level and horizon
  double skill_seasonal = 0;  ///< the same against seasonal-naive with equally calibrated quantiles; 0 when unknown
  double coverage = 0;        ///< share of judged steps at or below the planning quantile
  int samples = 0;            ///< judged steps behind these figures
  int rejected = 0;           ///< infinite or negative values, treated as missing
};

class Engine;

/// Counts of the steps fed so far.
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
  /// treated as missing and counted. `at` stamps the origins of the fan and of scenario paths; points must be fed in
  /// order, one per step. The named models treat an AtLeast value as missing unless it lies above the newest value.
  /// `parts`: paths, from here on, of the sum of the series' parts (decomposed.h). They are one more member of the
  /// combination; the named models ignore them.
  void update(TimePoint at, double value, Observed observed = Observed::Whole, const Scenarios* parts = nullptr);

  /// Empty until a value was observed. In a gap the origin stays at the newest observed value. So the horizon of a
  /// given time, and with it the width, grows with the age of the data. Calibrated if summary().eligible.
  [[nodiscard]] Fan fan() const;
  [[nodiscard]] Summary summary() const;
  [[nodiscard]] const Options& options() const { return options_; }

  /// Paths as far as `furthest`; empty while too little is known, and from the named models.
  [[nodiscard]] Scenarios scenarios(Duration furthest) const;

  /// A refit is due: run refit_job() at leisure, on any thread, and adopt() its result. Values fed meanwhile are not
  /// lost. A forecaster without refits forecasts from its online learning alone.
  [[nodiscard]] bool refit_due() const;
  [[nodiscard]] RefitJob refit_job() const;
  void adopt(Refit refit);

  /// Bytes of all state kept for the series; 0: unknown, for the named models.
  [[nodiscard]] std::size_t state_bytes() const;

  /// The whole state, with a version, the forecaster's options and a checksum. Empty for the named models: they keep no
  /// state and are fed their history again.
  [[nodiscard]] std::vector<std::byte> save() const;

  /// Restores a state from save(); afterwards this forecaster continues bit for bit. Otherwise returns the reason in
  /// words and changes nothing.
  [[nodiscard]] std::optional<std::string> restore(std::span<const std::byte> state);

 private:
  Options options_;
  std::unique_ptr<Engine> engine_;
  std::optional<Duration> planning_horizon_;
  Counts counts_;
};

}  // namespace forecasting
