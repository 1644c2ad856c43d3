// Mean and standard deviation over the newest steps, kept by adding each new value and subtracting the value that
// leaves. Sums are taken about a reference near the data, so that a small spread on a high level keeps its digits.
#pragma once

#include <algorithm>
#include <cmath>

namespace forecasting {

class Moving {
 public:
  explicit Moving(int length) : length_(length) {}

  /// `gone`: the value that leaves, `length()` steps back; not used while the window fills.
  void add(double value, double gone) {
    if (count_ == 0) reference_ = value;
    include(value, 1);
    if (count_ < length_) {
      ++count_;
    } else {
      include(gone, -1);
    }
  }

  [[nodiscard]] int length() const { return length_; }
  [[nodiscard]] double mean() const { return count_ > 0 ? reference_ + sum_ / count_ : 0; }
  [[nodiscard]] double deviation() const {
    if (count_ == 0) return 0;
    const double mean = sum_ / count_;
    return std::sqrt(std::max(0.0, squares_ / count_ - mean * mean));
  }

  template <class Io>
  void state(Io& io) {
    io.within(count_, 0, length_);
    io(reference_, sum_, squares_);
  }

 private:
  void include(double value, double sign) {
    const double about = value - reference_;
    sum_ += sign * about, squares_ += sign * about * about;
  }

  int length_;
  int count_ = 0;
  double reference_ = 0;
  double sum_ = 0;
  double squares_ = 0;
};

}  // namespace forecasting
