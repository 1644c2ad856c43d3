// See collapse.h.
#include "controller/loop/collapse.h"

namespace aia::loop {
namespace {

constexpr double kFar = 2;
constexpr Millis kBelieved{std::chrono::hours(1)};

}  // namespace

void Collapse::look(double demand, const forecasting::Fan& fan, double level, double per_replica, WallTime now) {
  if (fan.empty()) return since_.reset();
  const double lowest = fan.value(now, fan.levels.front());
  const bool goes_on = since_ && kFar * demand < fan.value(now, level);
  const bool begins = kFar * demand < lowest && lowest - demand >= per_replica;
  if (!goes_on && !begins) return since_.reset();
  if (!since_) since_ = now;
}

bool Collapse::is_doubted(WallTime now) const {
  return since_ && now - *since_ < kBelieved;
}

}  // namespace aia::loop
