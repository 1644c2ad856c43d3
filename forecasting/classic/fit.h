// What every batch model says about its fit, and what it forecasts. Numeric trouble is a state here, never an exception
// (Ceres' Summary): a series that cannot be modelled is refused with a reason, and a refused model forecasts nothing.
#pragma once

#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace forecasting {

/// How a sample is to be read: demand cut off by a full queue or a dead replica is a lower bound, not a measurement.
enum class Sample { exact, at_least };

enum class FitState {
  fitted,
  constant,      ///< all values equal: forecast as they are, with no spread and no likelihood
  no_data,       ///< nothing but gaps
  too_short,     ///< fewer observations than parameters
  out_of_domain  ///< the form cannot hold the values (multiplicative, but not all positive) or diverged on them
};

inline std::string_view words(FitState state) {
  switch (state) {
    case FitState::fitted: return "fitted";
    case FitState::constant: return "constant";
    case FitState::no_data: return "no data";
    case FitState::too_short: return "too short";
    case FitState::out_of_domain: return "out of domain";
  }
  return "unknown";
}

struct FitSummary {
  FitState state = FitState::no_data;
  int observations = 0;  ///< values that are not gaps
  int parameters = 0;    ///< estimated: smoothing or coefficients, initial states, variance
  int iterations = 0;    ///< of the optimiser
  double sigma = std::numeric_limits<double>::quiet_NaN();  ///< of one-step errors; relative if they are multiplicative
  double log_likelihood = std::numeric_limits<double>::quiet_NaN();
  double aicc = std::numeric_limits<double>::infinity();

  [[nodiscard]] bool ok() const { return state == FitState::fitted || state == FitState::constant; }
};

/// Point forecasts and their standard deviations (not variances: those of values near 1e300 do not fit a double),
/// `steps` long each, in the data's unit; both empty when the model was refused.
struct Prediction {
  std::vector<double> mean;
  std::vector<double> deviation;
};

/// Akaike's criterion corrected for short series (Hurvich and Tsai, Biometrika 76, 1989).
inline double aicc(double log_likelihood, int parameters, int observations) {
  const double k = parameters, spare = observations - k - 1;
  if (spare <= 0) return std::numeric_limits<double>::infinity();
  return -2 * log_likelihood + 2 * k + 2 * k * (k + 1) / spare;
}

}  // namespace forecasting
