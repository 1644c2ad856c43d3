// The newest values of a series in a ring, addressed by age: the past of the seasonal models. NaN stands for a missing
// step. Allocates once.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace forecasting {

class History {
 public:
  /// Remembers `capacity` ≥ 1 steps; all are missing at first.
  explicit History(int capacity)
      : values_(static_cast<std::size_t>(capacity), std::numeric_limits<double>::quiet_NaN()) {}

  void push(double value) {
    newest_ = newest_ + 1 == values_.size() ? 0 : newest_ + 1;
    values_[newest_] = value;
  }

  /// The value `age` steps ago, 0 the newest; NaN when missing or older than the capacity.
  [[nodiscard]] double ago(int age) const {
    const auto back = static_cast<std::size_t>(age);
    if (back >= values_.size()) return std::numeric_limits<double>::quiet_NaN();
    return values_[newest_ >= back ? newest_ - back : newest_ + values_.size() - back];
  }

 private:
  std::vector<double> values_;
  std::size_t newest_ = 0;
};

}  // namespace forecasting
