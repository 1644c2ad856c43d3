// How forecasts from past origins turned out at every horizon, as normal scores. Scenario paths are drawn from these
// scores (the Schaake shuffle: Clark et al., J. Hydrometeorology 5, 2004). Origins are multiples of a spacing counted
// from the epoch: all series with the same step remember the same origins, so that joint movements stay joint. A byte
// per horizon and origin.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace forecasting {

class ScoreRing {
 public:
  static constexpr std::size_t kOrigins = 64;

  ScoreRing(std::size_t knots, int spacing_steps) : spacing_(spacing_steps), knots_(knots) {
    origins_.fill(kNone);
    scores_.assign(kOrigins * knots, kUnknown);
  }

  /// `score` of the forecast made at `origin`, in steps since the epoch. Of several origins in one spacing the first is
  /// kept; origins before the epoch are ignored.
  void add(long origin, std::size_t knot, double score) {
    if (origin < 0) return;
    const long slot = origin / spacing_;
    const auto at = static_cast<std::size_t>(slot % static_cast<long>(kOrigins));
    if (origins_[at] > slot) return;
    if (origins_[at] < slot) {
      origins_[at] = slot;
      std::fill_n(scores_.begin() + static_cast<std::ptrdiff_t>(at * knots_), knots_, kUnknown);
    }
    std::int8_t& kept = scores_[at * knots_ + knot];
    if (kept == kUnknown) kept = static_cast<std::int8_t>(std::lround(std::clamp(score, -4.0, 4.0) * kCode));
  }

  /// The origin in place `at` < kOrigins, if all its horizons up to `knot` are known; −1 otherwise.
  [[nodiscard]] long origin(std::size_t at, std::size_t knot) const {
    for (std::size_t k = 0; k <= knot; ++k) {
      if (scores_[at * knots_ + k] == kUnknown) return kNone;
    }
    return origins_[at];
  }

  [[nodiscard]] double score(std::size_t at, std::size_t knot) const { return scores_[at * knots_ + knot] / kCode; }
  [[nodiscard]] std::size_t bytes() const { return sizeof(*this) + scores_.size(); }

  template <class Io>
  void state(Io& io) {
    io.within(origins_, kNone, std::numeric_limits<long>::max());
    io(scores_);
  }

 private:
  static constexpr long kNone = -1;
  static constexpr std::int8_t kUnknown = std::numeric_limits<std::int8_t>::min();
  static constexpr double kCode = 31;

  long spacing_;
  std::size_t knots_;
  std::array<long, kOrigins> origins_{};
  std::vector<std::int8_t> scores_;  ///< kOrigins × knots
};

}  // namespace forecasting
