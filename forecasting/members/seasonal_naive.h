// Yesterday, level-corrected: ŷ(t+h) = y(t+h−m) + ρ_h · (y(t) − y(t−m)). On minute data plain seasonal-naive is worse
// than the last value below an hour; the correction mends this. ρ_h is a regression through the origin of the gap h
// steps later on the gap now, exponentially forgotten (the AR(1) correction of seasonal differences: Box and Jenkins,
// seasonal models with one seasonal difference). Where yesterday is missing, two days ago stands in, then the profile
// of all days. Remembered values are cleaned of spikes, so that yesterday's incident is not forecast for today.
#pragma once

#include <vector>

#include "forecasting/members/history.h"
#include "forecasting/members/point_model.h"
#include "forecasting/members/winsoriser.h"

namespace forecasting {

class SeasonalNaive final : public PointModel {
 public:
  /// `knots`: horizons in steps, ascending, ≥ 1. Not corrected: the textbook's seasonal-naive, the second yardstick.
  SeasonalNaive(int season_steps, const std::vector<int>& knots, bool corrected = true);

  void update(double value) override;
  [[nodiscard]] double forecast(std::size_t knot) const override;

 private:
  /// The forgotten sums of ρ = Σ gap·later / Σ gap².
  struct Correction {
    double cross = 0;
    double square = 0;
  };

  [[nodiscard]] double base(int steps) const;
  double clean(double value);

  int season_steps_;
  std::vector<int> knots_;
  bool corrected_;
  double forgetting_;
  History cleaned_;  ///< values with spikes winsorised
  History gaps_;     ///< value − base at each step, winsorised
  Winsoriser spikes_;
  Winsoriser shocks_;
  std::vector<double> profile_;  ///< forgotten mean of each step of the season; NaN: never seen
  std::size_t next_ = 0;         ///< season index of the step to come
  double level_gap_ = 0;         ///< forgotten mean of value − profile
  double gap_now_ = 0;
  std::vector<Correction> corrections_;  ///< per knot
};

}  // namespace forecasting
