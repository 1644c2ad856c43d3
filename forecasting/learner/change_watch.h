// Whether a series still behaves as its forecasts learned. Three cumulative sums follow where outcomes lay within their
// forecasts (Page, "Continuous inspection schemes", Biometrika 41, 1954): for forecasts too low, too high and too
// narrow. A sum that crosses its limit is a change: the learners are to follow faster for a while, and to report the
// change. The sums take normal scores of non-overlapping forecasts, so that without a change the scores are
// independent.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace forecasting {

enum class Change : std::uint8_t { None, Higher, Lower, Wilder };  ///< than was forecast

class ChangeWatch {
 public:
  /// A change is answered for so many calls of step().
  explicit ChangeWatch(int answered_for = 1) : answered_for_(answered_for) {}

  /// A step has passed.
  void step() { left_ = std::max(left_ - 1, 0); }

  /// An outcome's normal score within its forecast.
  void add(double score) {
    const double z = std::clamp(score, -kMost, kMost);
    const std::array<double, 3> evidence{z - kSlack, -z - kSlack, (z * z - 1 - kWideSlack) / 2};
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      sums_[i] = std::max(0.0F, sums_[i] + static_cast<float>(evidence[i]));
      if (sums_[i] <= kLimit) continue;
      sums_.fill(0);
      seen_ = static_cast<Change>(i + 1);
      left_ = answered_for_;
    }
  }

  /// The change that the learners are following now.
  [[nodiscard]] Change answering() const { return left_ > 0 ? seen_ : Change::None; }
  /// Steps since the change was seen.
  [[nodiscard]] int ago() const { return answered_for_ - left_; }

  template <class Io>
  void state(Io& io) {
    io.within(sums_, 0, kLimit), io.within(left_, 0, answered_for_);
    auto seen = static_cast<std::uint8_t>(seen_);
    io.within(seen, std::uint8_t{0}, static_cast<std::uint8_t>(Change::Wilder));
    seen_ = static_cast<Change>(seen);
  }

 private:
  static constexpr double kMost = 3;       ///< no single outcome is a change
  static constexpr double kSlack = 0.5;    ///< half of the shift to detect, in deviations
  static constexpr double kWideSlack = 1;  ///< half of the growth of the variance to detect
  static constexpr float kLimit = 10;      ///< without a change a sum crosses once in more than ten thousand scores

  int answered_for_;
  int left_ = 0;
  std::array<float, 3> sums_{};
  Change seen_ = Change::None;
};

}  // namespace forecasting
