// See collapse.h.
#include "controller/loop/collapse.h"

namespace aia::loop {
namespace {

constexpr double kFar = 2;

}  // namespace

void Collapse::look(double demand, const forecasting::Fan& fan, double level, double per_replica, Millis longest,
                    WallTime now) {
  if (began_) {
    is_over_ = now - began_->at >= longest;
    if (is_over_ || kFar * demand >= began_->expected.value(now, level)) began_.reset();
    return;
  }
  if (fan.empty()) return;
  const double lowest = fan.value(now, fan.levels.front());
  const bool is_far_below = kFar * demand < lowest && lowest - demand >= per_replica;
  if (!is_far_below) is_over_ = false;
  if (is_far_below && !is_over_) began_ = Began{now, fan};
}

void Collapse::shift(Millis by) {
  if (!began_) return;
  began_->at += by;
  began_->expected.origin += by;
}

}  // namespace aia::loop
