// The filter's steps and its start from the first full season. A first season with fewer than half of its steps is
// collected anew, because its mean would be no level.
#include "forecasting/members/holt_winters.h"

#include <cmath>
#include <limits>

namespace forecasting {

HoltWinters::HoltWinters(const Options& options)
    : options_(options), season_(static_cast<std::size_t>(options.season_steps)) {}

void HoltWinters::update(double value) {
  if (!started_) return collect(value);
  double& seasonal = season_[next_];
  next_ = next_ + 1 == season_.size() ? 0 : next_ + 1;
  level_ += trend_;
  if (std::isnan(value)) return;
  const double error = value - (level_ + seasonal);
  const double step = options_.robust ? winsoriser_.clip(error) : error;
  level_ += options_.alpha * step;
  trend_ += options_.beta * step;
  seasonal += options_.gamma * step;
}

double HoltWinters::forecast(int steps) const {
  if (!started_) return std::numeric_limits<double>::quiet_NaN();
  std::size_t at = next_ + static_cast<std::size_t>(steps - 1);
  while (at >= season_.size()) at -= season_.size();
  return level_ + steps * trend_ + season_[at];
}

void HoltWinters::collect(double value) {
  season_[next_++] = value;
  if (next_ == season_.size()) start();
}

void HoltWinters::start() {
  double sum = 0;
  std::size_t observed = 0;
  for (const double value : season_) {
    if (std::isnan(value)) continue;
    sum += value;
    ++observed;
  }
  next_ = 0;
  if (2 * observed < season_.size() || observed == 0) return;
  level_ = sum / static_cast<double>(observed);
  double carried = 0;  // a gap takes the seasonal before it
  for (double& seasonal : season_) {
    seasonal = std::isnan(seasonal) ? carried : seasonal - level_;
    carried = seasonal;
  }
  started_ = true;
}

}  // namespace forecasting
