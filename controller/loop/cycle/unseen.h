// Which parts of the cluster cannot be seen at present. If a watch is refused or silent, its cache shows the past, and
// an AIAutoscaler of the past may be Paused by now. As with stale metrics, such a view may raise and never lower (rule
// 8).
#pragma once

#include <string>
#include <vector>

#include "controller/ports/cluster.h"

namespace aia::loop {

/// Names the kinds that decisions rest on and that were last heard of longer ago than `limit`; empty: none.
std::string unseen_in_words(const std::vector<ports::WatchAge>& ages, Millis limit);

}  // namespace aia::loop
