// Which parts of a demand are forecast by themselves: the heaviest of the last season. The choice changes slowly on
// purpose, because a new part has to be learned first. A part stays while it is among twice as many heaviest parts as
// are forecast; then its successor takes its place. Pure.
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

  /// True once the heaviest parts were looked at.
  [[nodiscard]] bool known() const { return looked_at_.has_value(); }

  /// True when the heaviest parts should be queried again: at first, then once a season, and more often while there are
  /// no parts.
  [[nodiscard]] bool due(WallTime now, Millis season) const;

  /// Chooses parts from `ranked`: label values, the heaviest first, twice `most` of them if there are so many. Returns
  /// the places with another part than before, in ascending order, new places included. A single value is no part,
  /// because it is the whole demand.
  std::vector<std::size_t> choose(const std::vector<std::string>& ranked, std::size_t most, WallTime now);

  /// Moves all remembered times by `by`, after a jump of the wall clock (loop_clock.h).
  void shift(Millis by) {
    if (looked_at_) *looked_at_ += by;
  }

  /// Restores parts that were chosen `then`, from a checkpoint.
  void resume(std::vector<std::string> values, WallTime then);

 private:
  std::vector<std::string> values_;
  std::optional<WallTime> looked_at_;
};

}  // namespace aia::loop
