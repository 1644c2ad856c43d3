// Robust updates: an error beyond `limit` robust standard deviations enters a model's state clipped, so that a spike
// does not become the level. The scale is an exponentially weighted mean of clipped |errors| (Gelper, Fried and Croux,
// "Robust forecasting with exponential and Holt-Winters smoothing", J. Forecasting 29, 2010). Errors that stay outside
// on one side for `run_limit` steps are a new level, not a spike: errors pass unclipped until an error falls inside
// again.
#pragma once

#include <algorithm>
#include <cmath>

namespace forecasting {

class Winsoriser {
 public:
  struct Options {
    double limit = 5;          ///< in robust standard deviations
    double forgetting = 0.01;  ///< weight of a new |error| in the scale
    int run_limit = 12;  ///< steps outside on one side that make a shift; longer than a 10-minute spike of minutes
    int warm_up = 30;    ///< errors before anything is clipped
  };

  Winsoriser() = default;
  explicit Winsoriser(const Options& options) : options_(options) {}

  /// The error for the update: clipped, or unchanged when the scale is unknown or a shift is under way.
  double clip(double error) {
    const double sigma = kMeanDeviationToSigma * mean_deviation_;
    const double bound = options_.limit * sigma;
    const bool known = seen_ >= options_.warm_up && sigma > 0;
    const bool outside = known && std::fabs(error) > bound;
    const int side = error > 0 ? 1 : -1;
    run_ = outside ? (side == side_ ? run_ + 1 : 1) : 0;
    side_ = side;
    const double clipped = outside ? side * bound : error;
    const double weight = seen_ < options_.warm_up ? 1.0 / (1 + seen_) : options_.forgetting;
    mean_deviation_ += weight * (std::fabs(clipped) - mean_deviation_);
    if (seen_ < options_.warm_up) ++seen_;
    return run_ > options_.run_limit ? error : clipped;
  }

  [[nodiscard]] double sigma() const { return kMeanDeviationToSigma * mean_deviation_; }

 private:
  static constexpr double kMeanDeviationToSigma = 1.2533141373155001;  // sqrt(pi / 2), exact for a normal error

  Options options_;
  double mean_deviation_ = 0;
  int seen_ = 0;
  int run_ = 0;
  int side_ = 0;
};

}  // namespace forecasting
