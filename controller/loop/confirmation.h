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
  /// Returns as much of `value` as the newest other sample shows; unset at the first look, which there is nothing to
  /// hold against, and which later ones are held against until there is more. A sample is another one when every source
  /// has a newer one, and beyond its rate window; waited for is a minute of the window at most, and another minute for
  /// sources that say nothing.
  std::optional<double> look(double value, const ports::Evidence* evidence, WallTime now);

 private:
  struct Look {
    WallTime newest{};  ///< sample behind it
    double value = 0;
  };
  std::deque<Look> looks_;  // from the one that was last held against on
};

}  // namespace aia::loop
