// Seeded noise for tests, the same on every platform: std distributions are not.
#pragma once

#include <cstdint>

namespace forecasting::testing {

class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}

  /// Uniform in [0, 1).
  double uniform() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 11) / static_cast<double>(1ULL << 53);
  }

  /// Mean 0, variance 1, nearly normal: twelve uniforms (Irwin-Hall).
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }

 private:
  std::uint64_t state_;
};

}  // namespace forecasting::testing
