// The conformal track of one member at one horizon knot: forecasts that wait for their target, the conformal quantiles
// around them, and the losses so far. A residual is used only after its target came. The width is conditional: a
// residual is divided by a modifier known at the time of its forecast, and multiplied by today's modifier at its use.
// The best modifier differs by series and horizon, so several forms are carried and the form with the smallest running
// pinball loss serves. Units stay absolute: dividing by a running scale would turn a shock at a small scale into an
// absurd width at a large scale.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "forecasting/values/residual_quantiles.h"

namespace forecasting {

/// The state of the series at the time of a forecast, the same for all members and horizons.
struct Conditions {
  double latest = 0;    ///< newest value
  double level = 0;     ///< mean of the last season
  int season_slot = 0;  ///< step of the season of the newest value
};

class ConformalTrack {
 public:
  struct Options {
    int steps = 1;            ///< ahead
    int season_steps = 1440;  ///< 0: none
    int window_steps = 4320;  ///< memory of the conformal quantiles
    double level = 0.95;      ///< planning level: judged
  };
  /// The width follows: nothing, the forecast's level, recent residuals, the ramp to come, the part of the season times
  /// recent residuals.
  enum Form { kSteady, kProportional, kTurbulent, kRamp, kSeasonal, kForms };

  explicit ConformalTrack(const Options& options);

  /// Judges the forecast made `steps` ago against `value` (NaN drops the forecast), seen at step `season_slot` of the
  /// season. Once a step, before issue().
  void mature(double value, int season_slot);

  /// Notes the forecast for `steps` ahead; NaN: no forecast. Once a step, except in a gap.
  void issue(double point, const Conditions& now);

  /// In place of issue() in a gap: the gap issues no forecast, and the newest forecast stays.
  void skip();

  /// The newest point forecast; NaN: none.
  [[nodiscard]] double point() const { return static_cast<double>(newest_.point); }
  /// Quantile `level` of the newest forecast, not yet clipped at nought.
  [[nodiscard]] double quantile(double level) const;
  [[nodiscard]] int residuals() const { return residuals_; }
  [[nodiscard]] Form form() const { return form_; }

  /// Pinball loss of the forecast judged in the last mature(), NaN when none was.
  [[nodiscard]] double last_loss() const { return last_loss_; }
  [[nodiscard]] bool last_covered() const { return last_covered_; }

 private:
  struct Issue {
    float point = std::numeric_limits<float>::quiet_NaN();
    std::array<float, kForms> modifier{};
    std::array<float, kForms> upper{};  ///< the planning quantile each form gave
    unsigned char form = kSteady;       ///< the form that served
  };

  static bool in_units(std::size_t form) { return form != kProportional && form != kRamp; }
  [[nodiscard]] std::array<float, kForms> modifiers(double point, const Conditions& now) const;
  [[nodiscard]] double scale(const Issue& issue, std::size_t form) const;
  void fit_unit(double size);
  [[nodiscard]] double seasonal(int slot) const;
  [[nodiscard]] std::size_t season_bin(int slot) const;
  void learn(const Issue& due, double value, int season_slot);

  Options options_;
  std::vector<Issue> pending_;
  std::size_t slot_ = 0;
  Issue newest_;
  std::vector<ResidualQuantiles> quantiles_;  ///< per form
  std::array<double, kForms> form_loss_{};
  Form form_ = kSteady;
  double unit_ = 0;            ///< of the stored residuals: a power of two near their mean size; 0: all were nought
  double steady_ = 0;          ///< long-run mean |residual|
  double recent_ = 0;          ///< the same over the last hours
  std::vector<float> season_;  ///< mean |residual| by part of the season
  int residuals_ = 0;
  double last_loss_ = std::numeric_limits<double>::quiet_NaN();
  bool last_covered_ = false;
};

}  // namespace forecasting
