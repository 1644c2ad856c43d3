// The ridge regression of bends, three numbers wide: sums fade, the normal equations are solved once a step, weights
// are clamped. Bends that are not finite teach nothing and bend nothing.
#include "forecasting/learner/between_knots.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace forecasting {
namespace {

using Square = Eigen::Matrix<double, kRhythms, kRhythms>;
using Column = Eigen::Matrix<double, kRhythms, 1>;

constexpr double kRidge = 0.05;  // of each rhythm's own squares: half-known bends are bent less
constexpr double kLeast = 1e-9;  // of all squares: two equal rhythms share the weight

bool is_finite(const Rhythm& bend) {
  return std::all_of(bend.begin(), bend.end(), [](double part) { return std::isfinite(part); });
}

}  // namespace

Rhythm BetweenKnots::bend(const Rhythm& at, const Rhythm& before, const Rhythm& after, double share) {
  Rhythm bend;
  for (std::size_t i = 0; i < kRhythms; ++i) bend[i] = at[i] - before[i] - share * (after[i] - before[i]);
  return bend;
}

void BetweenKnots::forget(double keep) {
  for (double& square : squares_) square *= keep;
  for (double& product : products_) product *= keep;
}

void BetweenKnots::learn(const Rhythm& bend, double off_line) {
  if (!is_finite(bend) || !std::isfinite(off_line)) return;
  for (std::size_t i = 0; i < kRhythms; ++i) {
    for (std::size_t j = 0; j < kRhythms; ++j) squares_[i * kRhythms + j] += bend[i] * bend[j];
    products_[i] += bend[i] * off_line;
  }
}

void BetweenKnots::solve() {
  Square squares = Eigen::Map<const Square>(squares_.data());
  const double all = squares.trace();
  if (!(all > 0)) return;
  squares.diagonal() = squares.diagonal() * (1 + kRidge) + Column::Constant(kLeast * all);
  const Column weights = squares.ldlt().solve(Eigen::Map<const Column>(products_.data()));
  for (std::size_t i = 0; i < kRhythms; ++i) {
    const double weight = weights[static_cast<Eigen::Index>(i)];
    weights_[i] = std::isfinite(weight) ? std::clamp(weight, -kMostWeight, kMostWeight) : 0;
  }
}

double BetweenKnots::off_line(const Rhythm& bend) const {
  if (!is_finite(bend)) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < kRhythms; ++i) sum += weights_[i] * bend[i];
  return sum;
}

}  // namespace forecasting
