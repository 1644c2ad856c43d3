// How much of a value an earlier sample shows, too (docs/decisions/0016). One sample can be wrong, and every rate whose
// window holds it is wrong with it; a second one that shares nothing with it is evidence. A value is held against the
// newest look that is: bad samples with good ones between them do not confirm each other. Pure.
#pragma once

#include <deque>
#include <optional>

#include "controller/ports/metrics_source.h"

namespace aia::loop {

class Confirmation {
 public:
  /// One look a cycle: a value and what lies behind it; nullptr: not known, then each look is a sample of its own.
  /// Returns as much of `value` as the newest independent look before it shows; unset at the first look. An earlier
  /// look is independent when every source has a sample that is newer than it by more than the rate window, a minute at
  /// most. A source that says nothing is waited for one more minute.
  std::optional<double> look(double value, const ports::Evidence* evidence, WallTime now);

 private:
  struct Look {
    WallTime newest{};  ///< sample behind it
    double value = 0;
  };
  std::deque<Look> looks_;  // from the one that was last held against on
};

}  // namespace aia::loop
