// Which sources stood behind a query lately. A gateway that loses one of two scrape targets halves its sum without a
// warning: the number is whole to look at and half in truth. A source that reported within the memory and no longer
// does makes the value partial: it may raise, never lower, until the source is back or forgotten.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "controller/ports/metrics_source.h"

namespace aia::loop {

class Sources {
 public:
  struct Silence {
    int known = 0;   ///< sources that reported within the memory
    int silent = 0;  ///< of those, the ones that no longer do
  };

  /// Notes who reports now, with a sample no older than `freshness`; forgets whoever was silent for `memory`.
  Silence observe(const ports::Evidence& evidence, WallTime now, Millis freshness, Millis memory);

 private:
  std::map<std::tuple<std::string, std::string, std::string>, WallTime> last_;  // by namespace, pod, instance
};

}  // namespace aia::loop
