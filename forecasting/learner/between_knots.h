// What lies between two horizon knots: a straight line from one forecast to the next, bent where the series' own rhythm
// bends there (its day's profile, its hour's, yesterday). How much of each bend is real is learned without waiting for
// any outcome: what the knots themselves forecast is held against the line between their neighbours, by ridge
// regression with a memory of a day. So a series without rhythm keeps the line.
#pragma once

#include <array>
#include <cstddef>

#include "forecasting/learner/features.h"

namespace forecasting {

class BetweenKnots {
 public:
  /// How far the rhythm at a step lies off the straight line between the rhythms at two others, `share` of the way on.
  static Rhythm bend(const Rhythm& at, const Rhythm& before, const Rhythm& after, double share);

  /// A knot's median lay so far off the line between its neighbours' when the rhythm bent so. What is not finite
  /// teaches nothing.
  void learn(const Rhythm& bend, double off_line);

  /// Fades what was learned to the share `keep` of it; once a step, before what it brings is learned.
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
