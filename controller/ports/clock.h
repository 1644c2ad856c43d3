// Time as the loop sees it: the wall clock for samples and timestamps, a steady clock for measuring. The clock is
// injected everywhere, so a simulation runs the same loop in virtual time.
#pragma once

#include "base/time.h"

namespace aia::ports {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime now() const = 0;
  /// Monotonic, from an arbitrary origin: only differences mean something.
  [[nodiscard]] virtual Millis steady() const = 0;
};

}  // namespace aia::ports
