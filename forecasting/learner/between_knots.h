// Forecasts between two horizon knots: a straight line from knot to knot, bent where the series' own rhythm bends (its
// day's profile, its hour's, yesterday). The part of each bend to apply is learned without waiting for an outcome: a
// knot's own forecast is compared with the line between its neighbours, by ridge regression with a memory of a day. So
// a series without rhythm keeps the line.
#pragma once

#include <array>
#include <cstddef>

#include "forecasting/learner/features.h"

namespace forecasting {

class BetweenKnots {
 public:
  /// The distance of a step's rhythm from the straight line between the rhythms at two other steps, `share` of the way
  /// from `before` to `after`.
  static Rhythm bend(const Rhythm& at, const Rhythm& before, const Rhythm& after, double share);

  /// Learns from a knot whose median lay `off_line` from the line between its neighbours' medians when the rhythm had
  /// this bend. Values that are not finite teach nothing.
  void learn(const Rhythm& bend, double off_line);

  /// Fades the learned sums to the share `keep`. Once a step, before the step's learn().
  void forget(double keep);

  /// Once a step, after learning.
  void solve();

  /// By how much a forecast lies off the line where the rhythm bends so; 0 where the rhythm is not known.
  [[nodiscard]] double off_line(const Rhythm& bend) const;

  template <class Io>
  void state(Io& io) {
    constexpr double kMost = 1e100;
    io.within(squares_, -kMost, kMost), io.within(products_, -kMost, kMost);
    io.within(weights_, -kMostWeight, kMostWeight);
  }

 private:
  static constexpr double kMostWeight = 1.5;
  std::array<double, kRhythms * kRhythms> squares_{};  ///< Σ bend · bendᵀ
  std::array<double, kRhythms> products_{};            ///< Σ bend · off the line
  std::array<double, kRhythms> weights_{};
};

}  // namespace forecasting
