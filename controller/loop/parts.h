// Which parts of a demand are forecast by themselves: the heaviest of the last season. They change slowly on purpose:
// one that is new has to be learned first, so a part stays until it is no more among twice as many, and its successor
// takes its place. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace aia::loop {

class Parts {
 public:
  /// Values of the label, each in its place.
  [[nodiscard]] const std::vector<std::string>& values() const { return values_; }

  /// They were looked at, at least once.
  [[nodiscard]] bool known() const { return looked_at_.has_value(); }

  /// To be looked at: at first, then once a season; while there are none, more often.
  [[nodiscard]] bool due(WallTime now, Millis season) const;

  /// `ranked`: the heaviest first, twice `most` if there are so many. Returns the places whose part is another one now,
  /// in ascending order, new places included. A single value is no part: it is the whole.
  std::vector<std::size_t> choose(const std::vector<std::string>& ranked, std::size_t most, WallTime now);

  /// Time was counted wrongly by so much (loop_clock.h).
  void shift(Millis by) {
    if (looked_at_) *looked_at_ += by;
  }

  /// As they were `then`.
  void resume(std::vector<std::string> values, WallTime then);

 private:
  std::vector<std::string> values_;
  std::optional<WallTime> looked_at_;
};

}  // namespace aia::loop
