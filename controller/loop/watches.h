// What of the cluster cannot be seen at present: a watch that is refused or says nothing leaves a cache that shows the
// past, and a spec of the past may be Paused by now. Like stale metrics it may raise, never lower (rule 8).
#pragma once

#include <string>
#include <vector>

#include "controller/ports/cluster.h"

namespace aia::loop {

/// Names the kinds that decisions rest on and that were last heard of longer ago than `limit`; empty: there is none.
std::string unseen_in_words(const std::vector<ports::WatchAge>& ages, Millis limit);

}  // namespace aia::loop
