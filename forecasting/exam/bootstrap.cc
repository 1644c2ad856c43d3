// Resampling blocks with prefix sums: the loss of a block is the difference of two sums, whatever its length (Künsch,
// Ann. Statist. 17, 1989). The generator is SplitMix64, so that a seed gives the same limits everywhere.
#include "forecasting/exam/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace forecasting::exam {
namespace {

class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}

  /// Uniform below `bound`; the bias of the remainder is below 2^-40 for any series.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

std::vector<double> running_sums(const std::vector<double>& losses, const std::vector<double>& beside) {
  std::vector<double> sums{0};
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const bool both = !std::isnan(losses[i]) && !std::isnan(beside[i]);
    sums.push_back(sums.back() + (both ? losses[i] : 0));
  }
  return sums;
}

}  // namespace

Limits ratio_limits(const std::vector<double>& own, const std::vector<double>& other, const BootstrapOptions& options) {
  const auto own_sums = running_sums(own, other), other_sums = running_sums(other, own);
  const std::size_t steps = own.size();
  const std::size_t block = std::max<std::size_t>(1, std::min(static_cast<std::size_t>(options.block), steps / 4));
  std::vector<double> ratios;
  SplitMix random(options.seed);
  for (int resample = 0; steps > 0 && resample < options.resamples; ++resample) {
    double own_sum = 0, other_sum = 0;
    for (std::size_t drawn = 0; drawn < steps; drawn += block) {
      const std::size_t from = random.below(steps - block + 1);
      own_sum += own_sums[from + block] - own_sums[from];
      other_sum += other_sums[from + block] - other_sums[from];
    }
    if (other_sum > 0) ratios.push_back(own_sum / other_sum);
  }
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (ratios.empty()) return {kNone, kNone};
  std::sort(ratios.begin(), ratios.end());
  const auto at = [&](double share) {
    return ratios[static_cast<std::size_t>(share * static_cast<double>(ratios.size() - 1))];
  };
  return {at(0.05), at(0.95)};
}

}  // namespace forecasting::exam
