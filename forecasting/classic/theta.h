// The theta method (Assimakopoulos and Nikolopoulos, Int. J. Forecasting 16, 2000), standard and optimised (Fiorucci,
// Pellegrini, Louzada, Petropoulos and Koehler, Int. J. Forecasting 32, 2016, 1151-1161: STM and OTM). With ω = 1 − 1/θ
// their state space model is simple smoothing of what the trend line leaves, plus the line:
//   ŷ(t+1) = l + ω·line(t+1),  l += α·(y(t) − ŷ(t)),  line = A + B·t by least squares,
// where l starts at their ℓ₀: the same numbers, and gaps cost nothing. The season is taken out first by classical
// decomposition when its autocorrelation is significant at 90 %, as in the M competitions.
#pragma once

#include <optional>
#include <vector>

#include "forecasting/classic/fit.h"
#include "forecasting/classic/smoothing.h"
#include "forecasting/series/decomposition.h"

namespace forecasting {

struct ThetaParameters {
  double level = 0;    ///< ℓ₀, in units of the data
  double alpha = 0.5;  ///< (0, 1)
  double theta = 2;    ///< ≥ 1; 2: the standard method
};

struct ThetaOptions {
  int season_steps = 1;            ///< 1: none; used when the values hold two seasons and show one
  bool optimised = true;           ///< θ estimated; else 2
  std::optional<Season> season{};  ///< unset: multiplicative when all values are positive, if significant
};

class Theta {
 public:
  Theta() = default;

  /// The next value, NaN for a gap; a lower bound moves the level up, never down. The line and the season stay.
  void update(double value, Sample sample = Sample::exact);

  /// Steps 1 … `steps` ahead; variance σ²(1 + (h − 1)α²), as of simple smoothing.
  [[nodiscard]] Prediction forecast(int steps) const;

  [[nodiscard]] const FitSummary& summary() const { return summary_; }
  [[nodiscard]] const ThetaParameters& parameters() const { return parameters_; }
  [[nodiscard]] Season season() const { return season_; }

  /// Runs a model with given parameters over `values` (NaN: gap), no season.
  static Theta filter(const std::vector<double>& values, const ThetaParameters& parameters);

 private:
  friend Theta fit_theta(const std::vector<double>& values, const ThetaOptions& options);

  /// The seasonally adjusted value `steps` ahead.
  [[nodiscard]] double adjusted(int steps) const;
  [[nodiscard]] double index(int steps) const;

  FitSummary summary_;
  ThetaParameters parameters_;
  Season season_ = Season::none;
  std::vector<double> indices_;
  Line line_;
  double weight_ = 0.5;  ///< ω
  double level_ = 0;
  std::size_t seen_ = 0;  ///< steps so far, gaps included
};

/// Never throws; see summary().state.
Theta fit_theta(const std::vector<double>& values, const ThetaOptions& options = {});

}  // namespace forecasting
