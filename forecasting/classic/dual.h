// Forward-mode derivatives: a number that carries its slopes along N parameters, so that a recursion written once gives
// values with `double` and exact gradients with `Dual<N>` (Griewank and Walther, "Evaluating derivatives", 2nd ed., ch.
// 3; Ceres calls them jets). With at most six parameters this costs a small multiple of the recursion itself, which is
// why nothing here needs numeric gradients.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace forecasting {

template <std::size_t N>
struct Dual {
  double value = 0;
  std::array<double, N> slope{};

  Dual() = default;
  Dual(double constant) : value(constant) {}  // NOLINT(google-explicit-constructor): constants mix with duals

  /// The parameter `index` itself, at `value`; one beyond N counts as a constant.
  static Dual parameter(double value, std::size_t index) {
    Dual dual(value);
    if (index < N) dual.slope[index] = 1;
    return dual;
  }

  /// f(this), given f's value and slope here.
  [[nodiscard]] Dual through(double image, double derivative) const {
    Dual dual(image);
    for (std::size_t i = 0; i < N; ++i) dual.slope[i] = derivative * slope[i];
    return dual;
  }

  Dual& operator+=(const Dual& b) {
    value += b.value;
    for (std::size_t i = 0; i < N; ++i) slope[i] += b.slope[i];
    return *this;
  }
  Dual& operator-=(const Dual& b) {
    value -= b.value;
    for (std::size_t i = 0; i < N; ++i) slope[i] -= b.slope[i];
    return *this;
  }
  friend Dual operator+(Dual a, const Dual& b) { return a += b; }
  friend Dual operator-(Dual a, const Dual& b) { return a -= b; }
  friend Dual operator*(const Dual& a, const Dual& b) {
    Dual dual(a.value * b.value);
    for (std::size_t i = 0; i < N; ++i) dual.slope[i] = a.slope[i] * b.value + a.value * b.slope[i];
    return dual;
  }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const double inverse = 1 / b.value, ratio = a.value * inverse;
    Dual dual(ratio);
    for (std::size_t i = 0; i < N; ++i) dual.slope[i] = (a.slope[i] - ratio * b.slope[i]) * inverse;
    return dual;
  }
};

/// low + (high − low) / (1 + e^−x): an interval for the optimiser's whole line.
inline double within(double low, double high, double x) {
  return low + (high - low) / (1 + std::exp(-x));
}
template <std::size_t N>
Dual<N> within(double low, double high, const Dual<N>& x) {
  const double share = 1 / (1 + std::exp(-x.value));
  return x.through(low + (high - low) * share, (high - low) * share * (1 - share));
}

/// The x at which within(low, high, x) is `value`.
inline double unbounded(double low, double high, double value) {
  return std::log((value - low) / (high - value));
}

}  // namespace forecasting
