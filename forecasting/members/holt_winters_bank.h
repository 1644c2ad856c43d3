// Holt-Winters with its smoothing chosen online: a few filters side by side. Each horizon knot uses the filter with the
// smallest absolute error *at this horizon*, exponentially forgotten. Smoothing tuned on one-step errors chases the
// last minute and is wrong at a lead time of ten. Ten fixed settings cost less than a microsecond a step and cannot
// get lost as an optimiser can.
#pragma once

#include <vector>

#include "forecasting/members/holt_winters.h"
#include "forecasting/members/point_model.h"

namespace forecasting {

class HoltWintersBank final : public PointModel {
 public:
  /// `knots`: horizons in steps, ascending, ≥ 1.
  HoltWintersBank(int season_steps, const std::vector<int>& knots);

  void update(double value) override;
  [[nodiscard]] double forecast(std::size_t knot) const override;

 private:
  /// Forecasts waiting for their target at one knot, and each filter's error there.
  struct Track {
    int steps = 0;
    std::vector<float> pending;  ///< steps × filters, a ring over origins; NaN: none
    std::vector<double> loss;    ///< per filter
    std::size_t best = 0;
    std::size_t slot = 0;
  };

  void judge(Track& track, double value) const;

  std::vector<HoltWinters> filters_;
  std::vector<Track> tracks_;  ///< per knot
  double forgetting_;          ///< weight of a new error
};

}  // namespace forecasting
