// ARIMA as an online filter in transposed direct form: the state's i-th entry is what the past already says about the
// value i steps ahead, kept in a ring, so that a step costs one addition per non-zero term of the polynomials and
// nothing per lag (Oppenheim and Schafer, "Discrete-time signal processing", 6.3). With its unit roots inside the
// autoregressive polynomial a gap is simply "the value was as forecast".
#pragma once

#include <cstddef>
#include <vector>

#include "forecasting/classic/polynomial.h"

namespace forecasting {

class ArimaFilter {
 public:
  ArimaFilter() = default;

  /// y(t) = constant + Σ ar y + e + Σ ma e, with `ar` the polynomial 1 − Σ …, differences multiplied in.
  ArimaFilter(const Polynomial& ar, const Polynomial& ma, double constant);

  /// The state from which the coming values are forecast to be these, state_size() of them.
  void start_at(const std::vector<double>& forecasts);

  /// The ring unrolled: entry i−1 is what the past says about i steps ahead, apart from the values between.
  [[nodiscard]] std::vector<double> state() const;
  void set_state(const std::vector<double>& state);

  [[nodiscard]] double expected() const { return constant_ + ring_[next_]; }
  void update(double value) { step(value, value - expected()); }
  void gap() { step(expected(), 0); }

  /// Steps 1 … `steps` ahead.
  [[nodiscard]] std::vector<double> forecast(int steps) const;

  /// ψ: the effect of a unit shock now on the values 1 … `steps` ahead.
  [[nodiscard]] std::vector<double> shock_effects(int steps) const;

  [[nodiscard]] std::size_t state_size() const { return ring_.size(); }

 private:
  void step(double value, double error);

  Polynomial ar_;  ///< signs as in y = Σ coefficient · y(t − lag)
  Polynomial ma_;
  double constant_ = 0;
  std::vector<double> ring_{0.0};
  std::size_t next_ = 0;
};

}  // namespace forecasting
