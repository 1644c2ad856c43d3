// Whether demand has collapsed: it lies far below every quantile that was forecast for now. An outage upstream looks
// like that (the service is well, nobody reaches it), and so does a service that is switched off. The planner keeps
// replicas through the first and gives them back in steps (plan/holds.h); what is measured meanwhile is a lower bound
// of demand and teaches nothing, for an hour. Rules 1 and 6 of the design.
#pragma once

#include <optional>

#include "controller/api/time.h"
#include "forecasting/fan.h"

namespace aia::loop {

class Collapse {
 public:
  /// One look a cycle. It begins where twice the demand is below the lowest quantile, by one replica's worth at least,
  /// and ends where twice the demand reaches the planning quantile `level`. `fan` empty: nothing was forecast.
  void look(double demand, const forecasting::Fan& fan, double level, double per_replica, WallTime now);

  [[nodiscard]] bool is_on() const { return since_.has_value(); }

  /// Demand as measured now is a lower bound; after an hour of collapse it is what demand is.
  [[nodiscard]] bool is_doubted(WallTime now) const;

  /// The wall clock was set by so much.
  void shift(Millis by) {
    if (since_) *since_ += by;
  }

 private:
  std::optional<WallTime> since_;
};

}  // namespace aia::loop
