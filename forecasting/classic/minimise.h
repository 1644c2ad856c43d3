// Levenberg-Marquardt on any smooth objective that comes with a gradient and a positive semi-definite curvature (Gauss-
// Newton's JᵀJ, scaled): the model fits here have at most a dozen parameters and residuals with exact slopes, where
// this takes five to twenty evaluations and Nelder-Mead hundreds (Marquardt, SIAM J. 11, 1963; Nielsen's damping
// schedule, IMM-REP-1999-05).
#pragma once

#include <Eigen/Core>
#include <functional>

namespace forecasting {

/// An objective at a point. A value that is not finite marks the point as infeasible.
struct Evaluation {
  double value = 0;
  Eigen::VectorXd gradient{};   ///< filled only when slopes were asked for
  Eigen::MatrixXd curvature{};  ///< likewise
};

using Objective = std::function<Evaluation(const Eigen::VectorXd& at, bool slopes)>;

struct MinimiseOptions {
  int iterations_max = 50;
  double decrease_min =
      1e-6;  ///< stop when a step gains less, in the objective's unit (twice the log-likelihood for fits)
};

struct Minimum {
  Eigen::VectorXd at;
  double value = 0;
  int iterations = 0;
  bool converged = false;
};

/// From `start`, which must be feasible: else it comes back with its value, not finite.
Minimum minimise(const Objective& objective, const Eigen::VectorXd& start, const MinimiseOptions& options = {});

}  // namespace forecasting
