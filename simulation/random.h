// Deterministic randomness: own samplers on xoshiro256** (https://prng.di.unimi.it, public domain), because
// std::*_distribution gives other numbers in other libraries. A seed makes a world. split() gives each part of the
// world a stream of its own, so that one more draw in one part changes no other part.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"

namespace aia::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// A separate stream for `part`: the same for the same seed, however many numbers this stream has given.
  [[nodiscard]] Random split(std::uint64_t part) const;

  std::uint64_t next();
  double uniform();  ///< in [0, 1)
  double uniform(double low, double high);
  Millis uniform(Millis low, Millis high);
  int integer(int low, int high);  ///< both ends included
  bool chance(double probability);
  double exponential(double mean);
  double normal();              ///< mean 0, deviation 1
  double poisson(double mean);  ///< a whole number; from a mean of 64 on the rounded normal approximation

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_{};
};

/// A well-mixed number from two numbers: split() derives the seeds of its streams so.
std::uint64_t mixed(std::uint64_t a, std::uint64_t b);

}  // namespace aia::simulation
