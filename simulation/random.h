// Deterministic randomness: own samplers on xoshiro256** (https://prng.di.unimi.it, public domain), because
// std::*_distribution gives other numbers in other libraries. One seed makes one world; split() gives each part of it a
// stream of its own, so that a draw more in one part leaves the others as they were.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"

namespace aia::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// A stream of its own for `part`: the same for the same seed, whatever was drawn here.
  [[nodiscard]] Random split(std::uint64_t part) const;

  std::uint64_t next();
  double uniform();  ///< in [0, 1)
  double uniform(double low, double high);
  Millis uniform(Millis low, Millis high);
  int integer(int low, int high);  ///< both ends included
  bool chance(double probability);
  double exponential(double mean);
  double normal();              ///< mean 0, deviation 1
  double poisson(double mean);  ///< whole; from a mean of 64 on the rounded normal approximation

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_{};
};

/// One well-mixed number from two: who is hit by a fault, without drawing.
std::uint64_t mixed(std::uint64_t a, std::uint64_t b);

}  // namespace aia::simulation
