// A candidate sits the exam: it is fed a series step by step and answers with quantiles at the lead times. The protocol
// knows nothing else of an engine.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <limits>
#include <vector>

#include "forecasting/exam/levels.h"
#include "forecasting/values/time.h"

namespace forecasting::exam {

class Candidate {
 public:
  /// A row per lead time, columns as kLevels.
  using Answer = Eigen::Matrix<double, Eigen::Dynamic, kLevels.size(), Eigen::RowMajor>;

  Candidate() = default;
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;
  virtual ~Candidate() = default;

  /// The next step: finite and ≥ 0, or NaN for a gap.
  virtual void update(TimePoint at, double value) = 0;

  /// Puts quantiles of the value leads[i] steps after the newest step into row i; NaN where the candidate has none.
  virtual void forecast(const std::vector<int>& leads, Answer& answer) = 0;

  /// Quantile `level` of the largest value from `lead` to `lead + window` steps ahead; NaN: not offered.
  [[nodiscard]] virtual double window_max(int /*lead*/, int /*window*/, double /*level*/) {
    return std::numeric_limits<double>::quiet_NaN();
  }

  /// Heavy work that may run beside the updates, after a forecast: done when due, and included in the CPU time.
  virtual void work_in_background() {}

  /// Bytes of all state kept for the series; 0: unknown.
  [[nodiscard]] virtual std::size_t state_bytes() const { return 0; }
};

}  // namespace forecasting::exam
