// Exponential numbers come by inversion, normal ones by the method of Box and Muller, Poisson ones by products of
// uniform numbers (Knuth). Source of the generator: Blackman and Vigna, xoshiro256** 1.0; seeded by splitmix64.
#include "simulation/random.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace aia::simulation {
namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15U;
constexpr double kNormalFrom = 64;

std::uint64_t finish(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  return finish(finish(a + kGolden) + b * kGolden);
}

Random::Random(std::uint64_t seed) : seed_(seed) {
  for (auto& word : state_) word = finish(seed += kGolden);
}

Random Random::split(std::uint64_t part) const {
  return Random(mixed(seed_, part));
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() {
  return static_cast<double>(next() >> 11U) * 0x1.0p-53;
}

double Random::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

Millis Random::uniform(Millis low, Millis high) {
  return low + Millis(static_cast<Millis::rep>(uniform() * static_cast<double>((high - low).count() + 1)));
}

int Random::integer(int low, int high) {
  return low + static_cast<int>(uniform() * (high - low + 1));
}

bool Random::chance(double probability) {
  return uniform() < probability;
}

double Random::exponential(double mean) {
  return -mean * std::log1p(-uniform());
}

double Random::normal() {
  const double radius = std::sqrt(exponential(2));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

double Random::poisson(double mean) {
  if (!(mean > 0)) return 0;
  if (mean >= kNormalFrom) return std::max(0.0, std::round(mean + std::sqrt(mean) * normal()));
  const double enough = std::exp(-mean);
  int count = 0;
  for (double product = uniform(); product > enough; product *= uniform()) ++count;
  return count;
}

}  // namespace aia::simulation
