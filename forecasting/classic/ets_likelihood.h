// The likelihood of an ETS model and its exact slopes, the inside of ets.cc: −2 log L = n log(Σ e²/n) + 2 Σ log|ŷ| for
// relative errors e = (y − ŷ)/ŷ, without the second term for absolute ones (Hyndman et al. 2008, section 5.1).
#pragma once

#include "forecasting/classic/ets.h"
#include "forecasting/classic/minimise.h"

namespace forecasting {

/// What one run of the filter over the data yields.
struct EtsRun {
  double sum_of_squares = 0;
  double sum_of_logs = 0;  ///< Σ log|ŷ|, multiplicative errors only
  int observations = 0;
  bool feasible = true;  ///< no ŷ ≤ 0 under a multiplicative error, nothing infinite

  /// Gaussian, with σ² = Σ e²/n put in.
  [[nodiscard]] double log_likelihood() const;
};

/// Runs `filter` over `values` (NaN: gap) and leaves it in its final state.
EtsRun run(const std::vector<double>& values, Error error, SmoothingFilter<double>& filter);

/// The optimiser's view: x ↦ smoothing in the usual region, initial level and trend; −2 log L with slopes.
class EtsProblem {
 public:
  /// `start`: heuristic states, around which level and trend are optimised. The values must outlive the problem.
  EtsProblem(const std::vector<double>& values, const EtsForm& form, SmoothingStart<double> start);

  [[nodiscard]] Eigen::VectorXd first_guess() const;
  [[nodiscard]] Evaluation evaluate(const Eigen::VectorXd& at, bool slopes) const;
  /// The filter at x, before any data.
  template <typename Scalar>
  [[nodiscard]] SmoothingFilter<Scalar> filter(const Eigen::VectorXd& at) const;

 private:
  template <std::size_t N>
  [[nodiscard]] Evaluation evaluate_slopes(const Eigen::VectorXd& at) const;

  const std::vector<double>& values_;
  EtsForm form_;
  SmoothingStart<double> start_;
  double spread_;  ///< of the values: the unit in which level and trend move
};

}  // namespace forecasting
