// The last value, held: the safety floor of every choice and the yardstick of skill, since a reactive autoscaler is the
// last value with a lead time of nought.
#pragma once

#include <cmath>
#include <limits>

#include "forecasting/members/point_model.h"

namespace forecasting {

class LastValue final : public PointModel {
 public:
  void update(double value) override {
    if (!std::isnan(value)) latest_ = value;
  }
  [[nodiscard]] double forecast(std::size_t /*knot*/) const override { return latest_; }

 private:
  double latest_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace forecasting
