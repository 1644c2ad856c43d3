// Whether demand has collapsed: it lies far below every quantile that was forecast for now. An outage upstream looks
// like that (the service is well, nobody reaches it), and so does a service that is switched off. The planner keeps
// replicas through the first and gives them back in steps (plan/holds.h). The forecast goes on learning: a fall that
// comes back each day is to be expected one day. So what the fall is held against is the forecast as it was before.
// Rules 1 and 6 of the design.
#pragma once

#include <optional>

#include "controller/api/time.h"
#include "forecasting/fan.h"

namespace aia::loop {

class Collapse {
 public:
  /// One look a cycle. It begins where twice the demand is below the lowest quantile, by one replica's worth at least.
  /// It ends where twice the demand reaches the planning quantile `level` that was expected for now before it began,
  /// and when it has lasted for `longest` in any case. `fan` empty: nothing was forecast.
  void look(double demand, const forecasting::Fan& fan, double level, double per_replica, Millis longest, WallTime now);

  [[nodiscard]] bool is_on() const { return began_.has_value(); }

  /// The wall clock was set by so much.
  void shift(Millis by);

 private:
  struct Began {
    WallTime at{};
    forecasting::Fan expected;
  };
  std::optional<Began> began_;
  bool is_over_ = false;  // it lasted as long as it may: demand is what it is, until the forecast says so, too
};

}  // namespace aia::loop
