// Remembering sources; see sources.h.
#include "controller/loop/sources.h"

#include <algorithm>

namespace aia::loop {

void Sources::observe(const ports::Evidence& evidence, WallTime now, const Settings& settings) {
  const Millis since = looked_ ? now - *looked_ : Millis(0);
  if (since > std::max(settings.freshness, 3 * settings.cycle)) {
    for (auto& [source, at] : last_) at += since - Millis(1);  // as silent as before it, and before now
  }
  looked_ = now;
  for (const auto& pod : evidence.pods) {
    if (now - pod.newest <= settings.freshness) last_[{pod.selector, pod.ns, pod.pod, pod.instance}] = now;
  }
  std::erase_if(last_, [&](const auto& source) { return now - source.second > settings.source_memory; });
}

}  // namespace aia::loop
