// The forecaster's interface to a model: a point forecast at each horizon knot, fed one grid step at a time. Quantiles
// are the calibrator's: it puts them around any point forecast, so that all members are compared on equal terms.
#pragma once

#include <cstddef>
#include <string>

namespace forecasting {

class PointModel {
 public:
  PointModel() = default;
  PointModel(const PointModel&) = delete;
  PointModel& operator=(const PointModel&) = delete;
  virtual ~PointModel() = default;

  /// The next grid step: finite and ≥ 0, or NaN for a gap. Never allocates.
  virtual void update(double value) = 0;

  /// Demand knots[knot] steps after the newest step; NaN while the model cannot tell. May be negative: the fan clips.
  [[nodiscard]] virtual double forecast(std::size_t knot) const = 0;
};

}  // namespace forecasting
