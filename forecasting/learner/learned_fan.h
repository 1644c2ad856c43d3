// The engine of one series: its archive and features, a learner per horizon knot, margins for the maxima of windows,
// and the scores behind scenario paths. Before enough forecasts are judged, the engine gives no quantiles. Slow work
// (growing trees) is handed out as a job. A step costs tens of microseconds and allocates nothing; all state of a
// series with a day of minutes takes less than 96 KB.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "forecasting/learner/archive.h"
#include "forecasting/learner/between_knots.h"
#include "forecasting/learner/features.h"
#include "forecasting/learner/horizon_learner.h"
#include "forecasting/learner/refit.h"
#include "forecasting/learner/score_ring.h"
#include "forecasting/learner/state_io.h"
#include "forecasting/learner/window_margins.h"
#include "forecasting/values/fan.h"
#include "forecasting/values/scenarios.h"

namespace forecasting {

class LearnedFan {
 public:
  struct Options {
    Duration step{std::chrono::seconds(60)};
    int season_steps = 1440;     ///< 0: none is known
    std::vector<double> levels;  ///< ascending, at most HorizonLearner::kMostLevels
    std::size_t planning = 0;    ///< index of the planning level
  };

  /// Losses at one knot, of the engine itself and of seasonal-naive with equally calibrated quantiles.
  struct Record {
    HorizonLearner::Record own;
    int judged_beside_seasonal = 0;
    double loss_beside_seasonal = 0, seasonal_loss = 0;
  };

  explicit LearnedFan(const Options& options);

  /// Horizons in steps, ascending: 1/288, 1/144, 1/72, 1/24 and 1/6 of a day (5, 10, 20, 60 and 240 minutes). Where a
  /// day has few steps: also 1/48, ½ and the whole of the day.
  static std::vector<int> knots_of(int season_steps);
  static constexpr std::size_t kMostKnots = 8;

  /// Takes the value at `at`: finite and ≥ 0, or NaN for a gap; once a step, in order. `at_least`: the value was cut
  /// off from above. The forecast then starts from the larger of this value and the value before, and nothing is judged
  /// or learned. `parts`: paths, from here on, of the sum of the series' parts, at the knots or the first of them;
  /// nullptr: not known.
  void update(TimePoint at, double value, bool at_least = false, const Scenarios* parts = nullptr);

  /// The fan at the knots, below the first knot, and between knots along the series' rhythm (between_knots.h): at every
  /// step of the first hour where a day has at most 1440 steps. A horizon that is not calibrated yet has the width of
  /// the nearest shorter calibrated horizon. In a gap the newest value's fan stays, seen from further away. Empty
  /// before the first value.
  [[nodiscard]] Fan fan() const;

  /// Paths at the knots within `furthest`; empty while no past origin is known at all of them.
  [[nodiscard]] Scenarios scenarios(Duration furthest) const;

  /// The knot for a horizon: the first knot at or beyond the horizon.
  [[nodiscard]] std::size_t knot_for(Duration horizon) const;
  /// The knot whose record is compared with seasonal-naive's.
  void set_planning_knot(std::size_t knot);
  [[nodiscard]] std::size_t planning_knot() const { return planning_knot_; }

  [[nodiscard]] bool calibrated(std::size_t knot) const;
  [[nodiscard]] const HorizonLearner& learner(std::size_t knot) const { return learners_[knot]; }
  [[nodiscard]] Record record() const;

  /// Trees are due: after the first day, then every day or two. The job works on a copy.
  [[nodiscard]] bool refit_due() const { return until_refit_ <= 0; }
  [[nodiscard]] RefitJob refit_job() const;
  void adopt(Refit refit);

  [[nodiscard]] std::size_t bytes() const;

  template <class Io>
  void state(Io& io) {
    auto newest = newest_.time_since_epoch().count();
    io.within(steps_, -state_io::kMostTime, state_io::kMostTime);
    io.within(until_refit_, -state_io::kMostCount, state_io::kMostCount);
    io.within(newest, -state_io::kMostTime, state_io::kMostTime);
    io(seen_);
    newest_ = TimePoint{Duration{newest}};
    io.within(planning_knot_, std::size_t{0}, learners_.size() - 1);
    archive_.state(io), features_.state(io), seasonal_.state(io), scores_.state(io);
    io.count(beside_seasonal_);
    io(loss_beside_seasonal_, seasonal_loss_);
    for (HorizonLearner& learner : learners_) learner.state(io);
    for (WindowMargins& margins : margins_) margins.state(io);
    between_.state(io);
  }

 private:
  void judge(double value);
  void issue(bool at_least, const Scenarios* parts);
  void beside_seasonal(double value);
  /// A horizon between two knots.
  struct Place {
    std::size_t above = 0;  ///< the knot at or beyond the place
    double share = 1;       ///< of the way there from the knot below, or from now
    double off_line = 0;    ///< see BetweenKnots
  };
  /// The rhythms' values now and at every knot.
  using Rhythms = std::array<Rhythm, 1 + kMostKnots>;
  [[nodiscard]] Rhythms rhythms() const;
  void learn_between(const Rhythms& rhythms);
  void issue_margins(const Rhythms& rhythms, bool at_least);
  [[nodiscard]] Place place(int steps, const Rhythms& rhythms) const;
  [[nodiscard]] double quantile_at(const Place& place, std::size_t level) const;
  [[nodiscard]] int row_after(int row) const;
  [[nodiscard]] double spread(std::size_t knot) const;
  void put_row(Fan& fan, std::size_t row, Place here) const;
  void put_margins(Fan& fan) const;

  Options options_;
  Spans spans_;
  std::vector<int> knots_;
  std::size_t median_ = 0;  ///< index of the level
  Archive archive_;
  Features features_;
  std::vector<HorizonLearner> learners_;
  std::vector<WindowMargins> margins_;  ///< knots × windows
  BetweenKnots between_;
  ScoreRing scores_;
  Changes seasonal_;  ///< from the value a day before
  std::size_t planning_knot_ = 0;
  int beside_seasonal_ = 0;
  double loss_beside_seasonal_ = 0, seasonal_loss_ = 0;
  long steps_ = 0;       ///< of the newest update, since the epoch
  int until_refit_ = 0;  ///< steps
  TimePoint newest_{};   ///< of the newest value
  bool seen_ = false;    ///< a value
};

}  // namespace forecasting
