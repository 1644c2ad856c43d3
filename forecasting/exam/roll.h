// The rolling origin: a candidate is fed the whole series once and asked at every step (Tashman, "Out-of-sample tests
// of forecasting accuracy", Int. J. Forecasting 16, 2000; prequential: Dawid, J. R. Statist. Soc. A 147, 1984). Its
// answers about the second half are kept, to be judged (protocol.h) or drawn.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "base/demand_file.h"
#include "forecasting/exam/baselines.h"
#include "forecasting/exam/candidate.h"
#include "forecasting/values/time.h"

namespace forecasting::exam {

/// Levels at which the maximum of a window is asked, as indices of kLevels.
inline constexpr std::array<std::size_t, 2> kWindowLevels{kP90, kP95};

struct Questions {
  std::vector<int> leads;    ///< steps, ≥ 1
  std::vector<int> windows;  ///< steps, ≥ 0: the maximum from lead to lead + window
};

struct Rolled {
  using Maxima = Eigen::Matrix<double, Eigen::Dynamic, kWindowLevels.size(), Eigen::RowMajor>;

  std::size_t judged_from = 0;              ///< half of the series
  std::vector<Quantiles> quantiles;         ///< per lead; row i: step judged_from + i, forecast `lead` steps before
  std::vector<std::vector<Maxima>> maxima;  ///< [lead][window]; row i: the maximum from step judged_from + i on
  std::size_t state_bytes = 0;              ///< at the end
};

/// Precondition: leads are not empty.
Rolled roll(const aia::DemandSeries& series, const Questions& questions, Candidate& candidate);

}  // namespace forecasting::exam
