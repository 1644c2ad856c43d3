// How much of a value earlier samples show, too (docs/decisions/0016). One sample can be wrong, and every rate whose
// window holds it is wrong with it; a second one that shares nothing with it is evidence. A value is held against the
// newest look that is: bad samples with good ones between them do not confirm each other. Behind a long window a real
// step rises for as long as that and a run of bad samples at once, so that of a rise all is believed but the most that
// came within the time of such a run. Pure.
#pragma once

#include <deque>
#include <optional>

#include "controller/ports/metrics_source.h"

namespace aia::loop {

class Confirmation {
 public:
  /// One look a cycle: a value and what lies behind it; nullptr: not known, then each look is a sample of its own.
  /// Returns as much of `value` as is confirmed: what the newest independent look before it showed, or what is `known`
  /// from elsewhere, and the rise since then without the most of it that came within 90 s. Before the first independent
  /// look nothing is confirmed but what is known. An earlier look is independent when every source has a sample that is
  /// newer than it by more than the rate window, five minutes at most. A source that says nothing is waited for one
  /// more minute.
  double look(double value, const ports::Evidence* evidence, WallTime now, std::optional<double> known = {});

 private:
  struct Look {
    WallTime newest{};  ///< sample behind it
    double value = 0;
  };
  void note(const Look& look);
  [[nodiscard]] double without_largest_rise(double base) const;

  std::deque<Look> looks_;  // from the one that was last held against on
};

}  // namespace aia::loop
