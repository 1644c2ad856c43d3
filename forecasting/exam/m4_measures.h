// The measures of the M4 competition, exactly as it defined them (Makridakis, Spiliotis and Assimakopoulos, Int. J.
// Forecasting 36, 2020, 54-74, section 2 and its benchmark code): sMAPE, MASE, Naïve 2 as the unit of OWA, MSIS at 95
// %; and, as later leaderboards ask for it, the weighted quantile loss at .1 … .9 (Aksu et al., GIFT-Eval, 2024).
#pragma once

#include <array>
#include <functional>
#include <span>
#include <vector>

namespace forecasting::exam {

/// The levels of the weighted quantile loss.
inline constexpr std::array kWqlLevels{.1, .2, .3, .4, .5, .6, .7, .8, .9};

/// The last value, carried along a classical multiplicative season when its autocorrelation is significant at 90 %.
/// `train`: positive, two seasons or more, season ≥ 2 steps and even.
std::vector<double> naive2(std::span<const double> train, int season_steps, int horizon);

/// A forecast of one series, as judged.
struct Submission {
  std::vector<double> point;                                       ///< per step
  std::function<double(std::size_t step, double level)> quantile;  ///< of the same steps
};

/// Means over series; OWA against Naïve 2 on the same series.
struct M4Result {
  double smape = 0, mase = 0, owa = 0, msis = 0, wql = 0;
  double naive2_smape = 0, naive2_mase = 0;
  int series = 0;
};

class M4Exam {
 public:
  explicit M4Exam(int season_steps) : season_steps_(season_steps) {}

  /// `train` must differ somewhere from its value a season before: this difference is the unit of MASE and MSIS.
  void judge(std::span<const double> train, std::span<const double> truth, const Submission& submission);

  [[nodiscard]] M4Result result() const;

 private:
  int season_steps_;
  M4Result sums_;
  std::array<double, kWqlLevels.size()> pinball_{};
  double size_ = 0;  ///< Σ |truth|
};

}  // namespace forecasting::exam
