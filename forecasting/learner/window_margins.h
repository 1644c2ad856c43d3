// The margin of a window's maximum over the largest pointwise quantile in the window. A replica count must hold for the
// whole window, and the largest of many uncertain values lies above each value's own quantile. Each horizon, window and
// level has a margin, in units of the forecast's own spread. The margin follows how often the realised maxima were
// covered (conformal quantile tracking: Angelopoulos, Candès and Tibshirani, NeurIPS 2023, §2.1).
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "forecasting/learner/archive.h"
#include "forecasting/learner/spans.h"

namespace forecasting {

class WindowMargins {
 public:
  /// Windows from `steps` to `steps` + `window` ahead, at `levels`.
  WindowMargins(int steps, int window, std::vector<double> levels, int day_steps);

  /// Before issue(), once a step: judges the window that ended now. `archive` holds this step.
  void mature(const Archive& archive);

  /// Once a step. `bases`: the largest pointwise quantile in the window at each level; `spread` of the forecast: unless
  /// > 0 nothing is learned from this step.
  void issue(std::span<const double> bases, double spread);

  [[nodiscard]] int steps() const { return steps_; }
  [[nodiscard]] int window() const { return window_; }
  [[nodiscard]] double margin(std::size_t level) const { return margins_[level]; }
  [[nodiscard]] std::size_t bytes() const;

  template <class Io>
  void state(Io& io) {
    constexpr double kMost = 1e9;  // a margin moves by less than 1 a step
    io.count(now_, judged_);
    io.within(margins_, -kMost, kMost);
    for (Pending& pending : pending_) io.any(pending.bases), io(pending.spread);
  }

 private:
  static constexpr std::size_t kMostLevels = 3;
  struct Pending {
    std::array<float, kMostLevels> bases{};  ///< margin included
    float spread = 0;                        ///< 0: nothing to learn from
  };

  int steps_, window_, stride_, day_steps_;
  std::vector<double> levels_;
  long now_ = 0;
  int judged_ = 0;
  std::array<double, kMostLevels> margins_{};
  std::vector<Pending> pending_;
};

}  // namespace forecasting
