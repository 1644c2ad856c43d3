// The knowledge about a series at the time of a forecast, as numbers for a linear learner and for trees: where the
// level came from, how restless the series is, how it went on at the same time yesterday and last week, and the usual
// value of the minute of the hour. Every feature but the constant, the newest value and the time of day is a difference
// to the newest value or a spread, in units of the series. Most of the accuracy at a lead time comes from these
// features.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "forecasting/learner/archive.h"
#include "forecasting/learner/moving.h"
#include "forecasting/learner/spans.h"

namespace forecasting {

inline constexpr std::size_t kOriginFeatures = 22;  ///< the same for every horizon
inline constexpr std::size_t kTargetFeatures = 11;  ///< of the target's time
inline constexpr std::size_t kFeatures = kOriginFeatures + kTargetFeatures;

using Row = std::array<float, kFeatures>;

/// The rhythms' own values for a step: the day's profile, the hour's deviation from its mean, the value a day before.
inline constexpr std::size_t kRhythms = 3;
using Rhythm = std::array<double, kRhythms>;

class Features {
 public:
  /// `furthest` ≥ 1: the longest horizon asked for, in steps. `slot`: of the first step within the day.
  Features(const Spans& spans, int furthest, int slot = 0);

  /// Takes the next step, finite. A missing step is fed as the newest known value.
  void update(double value);

  [[nodiscard]] double latest() const { return latest_; }
  /// The unit of errors where a series' noise grows with its level: the mean of four hours, at least a tenth of the
  /// day's mean.
  [[nodiscard]] double level() const;

  /// Everything known now about `steps` ahead. `archive` holds this step, `age` steps ago.
  [[nodiscard]] Row row(int steps, const Archive& archive, int age = 0) const;

  /// Of the newest step within the day.
  [[nodiscard]] int slot() const { return slot_; }

  /// The value a day before the step `steps` ahead; NaN: not seen yet, or no day is known.
  [[nodiscard]] double day_before(int steps) const;

  /// Of the step `steps` ≥ 0 ahead; NaN: not known yet, or no day is known.
  [[nodiscard]] Rhythm rhythm(int steps) const;

  [[nodiscard]] std::size_t bytes() const;

  template <class Io>
  void state(Io& io) {
    constexpr float kMost = 2e30F;
    io.count(seen_);
    io.within(slot_, -1, spans_.day - 1);
    io.within(latest_, 0, static_cast<double>(kMost)), io.within(recent_, 0, kMost);
    io.within(newest_, std::size_t{0}, recent_.size() - 1);
    for (Moving* window : {&short_, &quarter_, &hour_, &four_hours_, &day_, &hour_change_, &day_change_})
      window->state(io);
    io(most_quarter_, most_hour_, least_hour_);
    for (auto* slots : {&day_slots_, &hour_slots_}) {
      for (Slot& slot : *slots) io(slot.mean, slot.change);
    }
  }

 private:
  struct Slot {
    float mean = 0;
    float change = 0;  ///< mean |change|
  };

  void note_extremes();
  void note_extreme(double& extreme, int window, bool largest);
  void note_rhythm(double value, double change);
  [[nodiscard]] double ago(int age) const;
  [[nodiscard]] double profile(int slot) const;
  [[nodiscard]] int slot_after(int steps) const { return (slot_ + steps) % spans_.day; }
  std::size_t part_of_day(int slot) const;

  Spans spans_;
  int seen_ = 0;
  int slot_ = -1;  ///< of the newest step within the day
  double latest_ = 0;
  std::vector<float> recent_;  ///< a ring: a day and a quarter of an hour
  std::size_t newest_ = 0;
  Moving short_, quarter_, hour_, four_hours_, day_;  ///< of values
  Moving hour_change_, day_change_;                   ///< of |change|
  double most_quarter_ = 0, most_hour_ = 0, least_hour_ = 0;
  std::vector<Slot> day_slots_;   ///< 288 a day at most
  std::vector<Slot> hour_slots_;  ///< deviation from the hour's mean
};

}  // namespace forecasting
