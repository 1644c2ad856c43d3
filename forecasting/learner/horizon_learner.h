// The conditional quantiles at one horizon, averaged over members: two linear learners (changes in the series' units,
// and relative to its level), trees once grown, and the sum of the series' parts where these are forecast. Weights
// follow each member's newest losses. The calibrated last value is always a member, so that an unpredictable series is
// forecast no worse than by its newest value. The average is calibrated (calibration.h). When the series changes its
// behaviour (change_watch.h), weights and calibration follow faster for a day.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "forecasting/learner/calibration.h"
#include "forecasting/learner/change_watch.h"
#include "forecasting/learner/changes.h"
#include "forecasting/learner/features.h"
#include "forecasting/learner/newton_quantiles.h"
#include "forecasting/learner/trees.h"

namespace forecasting {

/// The inputs known at the time of a forecast.
struct Origin {
  Row row{};
  double latest = 0;
  double level = 0;                 ///< Features::level()
  bool at_least = false;            ///< `latest` is a lower bound: a forecast is made, but teaches nothing
  std::span<const double> parts{};  ///< quantiles of the sum of its parts, at the levels; empty: not known
};

class HorizonLearner {
 public:
  static constexpr std::size_t kMembers = 5;
  enum Member : std::size_t { kLastValue, kLinear, kRelative, kTrees, kParts };

  struct Options {
    int steps = 1;               ///< the horizon
    std::vector<double> levels;  ///< ascending, at most kMostLevels
    std::size_t planning = 0;    ///< index of the level by which members are compared
    Spans spans;
    bool both = true;  ///< both linear learners; false: only the learner in the series' units
  };
  static constexpr std::size_t kMostLevels = Calibration::kMostLevels;

  /// How the forecasts of the last days did at the planning level: mean pinball losses and the share covered.
  struct Record {
    int judged = 0;
    double loss = 0, last_value_loss = 0, coverage = 0;
  };

  explicit HorizonLearner(const Options& options);

  /// Takes the value of this step, NaN when missing: judges the forecast for this step and learns. Before issue() or
  /// skip().
  void mature(double value);

  /// Forecasts from the present inputs; once a step.
  void issue(const Origin& origin);

  /// In place of issue() where nothing was observed: the newest forecast stays.
  void skip();

  /// From now on, and until the next: trees grown on this series' past, empty ones for none.
  void adopt(std::vector<Forest> forests) { forests_ = std::move(forests); }
  [[nodiscard]] const std::vector<Forest>& forests() const { return forests_; }

  /// Quantiles of the newest forecast at the levels, monotone, not clipped at nought; NaN before anything was learned.
  [[nodiscard]] std::span<const double> quantiles() const { return {served_.data(), options_.levels.size()}; }
  [[nodiscard]] double weight(Member member) const { return weights_[member]; }
  [[nodiscard]] bool judges(Member member) const { return counts_[member] > 0; }
  [[nodiscard]] int judged() const { return changes_.count(); }
  [[nodiscard]] int least_judged() const { return least_judged_; }  ///< judged forecasts needed before quantiles exist
  [[nodiscard]] const Record& record() const { return record_; }
  [[nodiscard]] int steps() const { return options_.steps; }
  [[nodiscard]] const ChangeWatch& watch() const { return watch_; }

  /// Pinball loss of its forecast at the planning level; NaN: nothing matured.
  [[nodiscard]] double matured_loss() const { return matured_loss_; }

  /// Where the last matured value lay within its forecast, as a standard normal score; NaN: nothing matured.
  [[nodiscard]] double score() const { return score_; }
  [[nodiscard]] std::size_t bytes() const;

  template <class Io>
  void state(Io& io) {
    io.count(now_);
    for (Pending& pending : pending_) pending.state(io);
    changes_.state(io), linear_.state(io);
    if (relative_) relative_->state(io);
    io.forests(forests_, options_.levels.size());
    io.within_or_nan(served_, -kMost, kMost);
    calibration_.state(io), watch_.state(io);
    io.within(spread_, 0, kMost), io.within(losses_, 0, kMost), io.within(weights_, 0, 1);
    io.count(counts_, record_.judged);
    io.any(score_, matured_loss_);  // of the last step
    io.within(record_.loss, 0, kMost), io.within(record_.last_value_loss, 0, kMost);
    io.within(record_.coverage, 0, 1);
  }

 private:
  static constexpr double kMost = 1e36;  ///< of a figure behind a forecast: above any demand, finite as a float
  static constexpr float kUnused = -1;
  using Levels = std::array<double, kMostLevels>;
  struct Pending {
    std::array<float, kMembers> uppers{};
    std::array<float, kMostLevels> served{};
    float latest = 0;
    float spread = kUnused;  ///< before calibration; < 0: not a forecast

    template <class Io>
    void state(Io& io) {
      constexpr auto kEdge = static_cast<float>(kMost);
      io.within_or_nan(uppers, -kEdge, kEdge), io.within_or_nan(served, -kEdge, kEdge);
      io(latest), io.within(spread, kUnused, kEdge);
    }
  };

  Pending* take_slot();  ///< of this step; nullptr: this step is not judged
  void judge(const Pending& due, double value);
  void look_for_change(long origin);
  [[nodiscard]] double pace() const;  ///< of weights and calibration: above 1 in the day after a change
  void note_record(const Pending& due, double value);
  void calibrate(const Pending& due, double value);
  /// Within the day, as counted from the first step, of the step `ahead` of the next origin.
  [[nodiscard]] int slot(int ahead) const { return static_cast<int>((now_ + ahead) % options_.spans.day); }
  void weigh();
  void combine(const std::array<Levels, kMembers>& said);

  Options options_;
  int stride_;
  int least_judged_;
  long now_ = 0;
  std::vector<Pending> pending_;
  Changes changes_;  ///< from the last value
  NewtonQuantiles linear_;
  std::optional<NewtonQuantiles> relative_;
  std::vector<Forest> forests_;
  Calibration calibration_;
  ChangeWatch watch_;
  Levels served_{};
  double spread_ = 0;  ///< of the newest forecast, before calibration
  std::array<double, kMembers> losses_{}, weights_{};
  std::array<int, kMembers> counts_{};  ///< judged forecasts of each member
  double score_ = std::numeric_limits<double>::quiet_NaN();
  double matured_loss_ = std::numeric_limits<double>::quiet_NaN();
  Record record_;
};

}  // namespace forecasting
