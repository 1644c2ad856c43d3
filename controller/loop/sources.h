// Which sources stood behind a query lately. A gateway that loses one of two scrape targets halves its sum without a
// warning: the number is whole to look at and half in truth. A source that reported within the memory and no longer
// does makes the value partial: it may raise, never lower, until the source is back or forgotten. A source is known by
// the part of the query that saw it, too: a pod may go on reporting one metric and lose another.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>

#include "controller/loop/settings.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

struct Source {
  int selector = 0;  ///< which of the query's
  std::string ns, pod, instance;
  auto operator<=>(const Source&) const = default;
};

class Sources {
 public:
  /// Notes who reports now, with a fresh sample; forgets whoever was silent for the memory. Time in which nobody looked
  /// (an outage, longer than what is fresh and than three cycles) is no silence.
  void observe(const ports::Evidence& evidence, WallTime now, const Settings& settings);

  /// Who reported within the memory, and when last; silent are those before the last observation.
  [[nodiscard]] const std::map<Source, WallTime>& heard() const { return last_; }

 private:
  std::map<Source, WallTime> last_;
  std::optional<WallTime> looked_;
};

}  // namespace aia::loop
