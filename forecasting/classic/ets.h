// ETS, exponential smoothing as innovations state space models with a likelihood (Hyndman and Khandakar, J. Stat.
// Softw. 27(3), 2008; Hyndman, Koehler, Ord and Snyder, "Forecasting with exponential smoothing", 2008): error additive
// or multiplicative, trend none, additive or damped, season none, additive or multiplicative of any length (the ring of
// smoothing.h: a day of minutes costs what a day of hours costs). At most six parameters are optimised, by exact
// gradients: smoothing, initial level and trend. The initial season is the classical decomposition's, not optimised:
// searching 24 or 1440 initial states without gradients is what makes other implementations slow or refuse. They are
// counted as parameters in AICc all the same. Form by AICc, among those with finite forecast variance.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "forecasting/classic/fit.h"
#include "forecasting/classic/smoothing.h"

namespace forecasting {

struct ScaledSeries;

enum class Error { additive, multiplicative };

struct EtsForm {
  Error error = Error::additive;
  SmoothingForm smoothing;
};

/// "ETS(M,Ad,A)".
std::string words(const EtsForm& form);

struct EtsOptions {
  int season_steps = 1;           ///< 1: none; used only when the values hold two seasons
  std::optional<EtsForm> form{};  ///< unset: chosen by AICc
  int iterations_max = 40;
};

/// A fitted model: parameters, final state, likelihood.
class Ets {
 public:
  Ets() = default;

  /// The next value, NaN for a gap; a lower bound moves the states up, never down.
  void update(double value, Sample sample = Sample::exact);

  /// Steps 1 … `steps` ahead. The variance is exact for additive errors with at most additive parts (2008 book, table
  /// 6.1) and for multiplicative errors without a multiplicative season (table 6.2); else to first order in σ².
  [[nodiscard]] Prediction forecast(int steps) const;

  [[nodiscard]] const FitSummary& summary() const { return summary_; }
  [[nodiscard]] const EtsForm& form() const { return form_; }
  /// In units of the data.
  [[nodiscard]] Smoothing<double> smoothing() const { return filter_.smoothing(); }
  [[nodiscard]] double level() const { return unit_ * filter_.level(); }
  [[nodiscard]] double trend() const { return unit_ * filter_.trend(); }

  /// Runs a model with everything given over `values` (NaN: gap): no optimisation, so no parameters are counted.
  static Ets filter(const std::vector<double>& values, const EtsForm& form, const Smoothing<double>& smoothing,
                    const SmoothingStart<double>& start);

 private:
  static Ets fit(const ScaledSeries& series, const EtsForm& form, const SmoothingStart<double>& start,
                 int iterations_max);
  friend Ets fit_ets(const std::vector<double>& values, const EtsOptions& options);

  EtsForm form_;
  FitSummary summary_;
  double unit_ = 1;
  SmoothingFilter<double> filter_;  ///< in units of `unit_`
};

/// Fits one form or the best of all. Never throws; see summary().state.
Ets fit_ets(const std::vector<double>& values, const EtsOptions& options = {});

}  // namespace forecasting
