// Times a candidate: forecasting/ has no clock, so time and CPU of an exam are measured around the candidate.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <limits>
#include <vector>

#include "forecasting/exam/candidate.h"

namespace aia {

class TimedCandidate final : public forecasting::exam::Candidate {
 public:
  /// Measures from the update of step `judged_from` on.
  TimedCandidate(Candidate& timed, std::size_t judged_from) : timed_(timed), judged_from_(judged_from) {}

  void update(forecasting::TimePoint at, double value) override {
    if (updates_++ == judged_from_) cpu_from_s_ = thread_cpu_s();
    begun_ = std::chrono::steady_clock::now();
    timed_.update(at, value);
  }

  void forecast(const std::vector<int>& leads, Answer& answer) override {
    timed_.forecast(leads, answer);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begun_;
    if (updates_ > judged_from_) took_us_.push_back(took.count());
  }

  double window_max(int lead, int window, double level) override { return timed_.window_max(lead, window, level); }
  void work_in_background() override { timed_.work_in_background(); }
  [[nodiscard]] std::size_t state_bytes() const override { return timed_.state_bytes(); }

  /// Wall-clock time of one step: the update and the forecast at all lead times, without background work.
  [[nodiscard]] const std::vector<double>& took_us() const { return took_us_; }

  /// CPU of this thread since the judged half began, background work included; 0 before. Call at the end of the judged
  /// half.
  [[nodiscard]] double cpu_s() const { return updates_ > judged_from_ ? thread_cpu_s() - cpu_from_s_ : 0; }

 private:
  static double thread_cpu_s() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }

  Candidate& timed_;
  std::size_t judged_from_;
  std::size_t updates_ = 0;
  double cpu_from_s_ = 0;
  std::chrono::steady_clock::time_point begun_;
  std::vector<double> took_us_;
};

/// Of a copy; NaN of nothing.
inline double quantile_of(std::vector<double> values, double share) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace aia
