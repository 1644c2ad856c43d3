// See collapse.h.
#include "controller/loop/collapse.h"

#include <algorithm>
#include <vector>

namespace aia::loop {
namespace {

constexpr double kFar = 2;
constexpr Millis kRecent{std::chrono::hours(1)};
constexpr int kRecentPoints = 60;

}  // namespace

void Collapse::learn(double value, WallTime at, Millis step) {
  recent_.push_back({at, value});
  const Millis kept = std::min(kRecent, kRecentPoints * step);
  while (at - recent_.front().at >= kept) recent_.pop_front();
}

double Collapse::lower_quartile() const {
  if (recent_.empty()) return 0;
  std::vector<double> values;
  for (const Point& point : recent_) values.push_back(point.value);
  const auto quartile = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 4);
  std::nth_element(values.begin(), quartile, values.end());
  return *quartile;
}

void Collapse::look(double demand, const forecasting::Fan& fan, double level, double per_replica, Millis longest,
                    WallTime now) {
  if (began_) {
    const bool is_over = now - began_->at >= longest;
    const bool is_back = kFar * demand >= began_->expected.value(now, level);
    const bool agrees = fan.empty() || fan.pointwise_max(now, now + longest, level) <= kFar * demand + per_replica;
    if (is_back || (is_over && agrees)) began_.reset();
    return;
  }
  if (fan.empty()) return;
  const double lowest = fan.value(now, fan.levels.front());
  const bool is_far_below = kFar * demand < lowest && lowest - demand >= per_replica;
  if (is_far_below && kFar * demand < lower_quartile()) began_ = Began{now, fan};
}

void Collapse::shift(Millis by) {
  if (!began_) return;
  began_->at += by;
  began_->expected.origin += by;
}

}  // namespace aia::loop
