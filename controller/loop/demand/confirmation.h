// How much of a value earlier samples confirm (docs/decisions/0016). A single sample can be wrong, and then every rate
// whose window holds the sample is wrong, too. A second value without common samples is evidence. Each value is
// compared with the newest independent look only, so bad samples with good samples between them do not confirm each
// other. Behind a long rate window, a real step rises over the whole window, but a run of bad samples rises at once. So
// of a rise, all is believed except the largest part within 90 s, as long as such a run lasts. Pure.
#pragma once

#include <deque>
#include <optional>

#include "controller/ports/metrics_source.h"

namespace aia::loop {

class Confirmation {
 public:
  /// Takes this cycle's `value` and its evidence, and returns the confirmed part of `value`; call once a cycle.
  /// `evidence` nullptr: the samples are not known, and each look counts as a sample of its own. `known`: demand known
  /// from elsewhere. Confirmed is the newest independent look or `known`, whichever is higher, plus the rise since then
  /// without its largest part within 90 s. Before the first independent look, only `known` is confirmed. An earlier
  /// look is independent when every source has a sample newer than that look by more than the rate window (five minutes
  /// at most). A silent source delays this by one minute at most.
  double look(double value, const ports::Evidence* evidence, WallTime now, std::optional<double> known = {});

 private:
  struct Look {
    WallTime newest{};  ///< time of the newest sample behind `value`
    double value = 0;
  };
  void note(const Look& look);
  [[nodiscard]] double without_largest_rise(double base) const;

  std::deque<Look> looks_;  // oldest first; new values are compared with the front
};

}  // namespace aia::loop
