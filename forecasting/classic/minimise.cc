// Levenberg-Marquardt with Nielsen's damping (IMM-REP-1999-05): damping falls smoothly after a good step and rises ever
// faster after bad ones. The step is capped, because parameters are logits whose far ends are flat.
#include "forecasting/classic/minimise.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace forecasting {
namespace {

constexpr double kDampingStart = 1e-3;
constexpr double kDampingMax = 1e12;
constexpr double kStepMax = 4;  // parameters are logits and the like: a longer step leaves for the flat ends

/// The damped Newton step; the diagonal scales the damping, with a floor where a parameter has no effect.
Eigen::VectorXd step(const Evaluation& here, double damping) {
  Eigen::MatrixXd curvature = here.curvature;
  const double floor = std::max(1e-9 * curvature.diagonal().maxCoeff(), 1e-300);
  for (Eigen::Index i = 0; i < curvature.rows(); ++i) curvature(i, i) += damping * std::max(curvature(i, i), floor);
  Eigen::VectorXd move = -curvature.ldlt().solve(here.gradient);
  const double length = move.norm();
  if (length > kStepMax) move *= kStepMax / length;
  return move;
}

}  // namespace

Minimum minimise(const Objective& objective, const Eigen::VectorXd& start, const MinimiseOptions& options) {
  Minimum minimum{.at = start};
  Evaluation here = objective(start, start.size() > 0);
  minimum.value = here.value;
  minimum.converged = start.size() == 0;
  if (!std::isfinite(here.value) || minimum.converged) return minimum;
  double damping = kDampingStart, growth = 2;
  while (minimum.iterations < options.iterations_max && damping < kDampingMax) {
    ++minimum.iterations;
    const Eigen::VectorXd move = step(here, damping);
    const double promised = -(here.gradient.dot(move) + 0.5 * move.dot(here.curvature * move));
    if (!(promised > options.decrease_min)) {
      minimum.converged = std::isfinite(promised);
      break;
    }
    const Eigen::VectorXd there = minimum.at + move;
    const double gained = here.value - objective(there, false).value;
    if (!(gained > 0)) {  // worse or infeasible
      damping *= growth;
      growth *= 2;
      continue;
    }
    const double ratio = gained / promised;
    damping *= std::max(1.0 / 3, 1 - std::pow(2 * ratio - 1, 3));
    growth = 2;
    minimum.at = there;
    here = objective(there, true);
    minimum.value = here.value;
    if (gained <= options.decrease_min) {
      minimum.converged = true;
      break;
    }
  }
  minimum.converged = minimum.converged || damping >= kDampingMax;
  return minimum;
}

}  // namespace forecasting
