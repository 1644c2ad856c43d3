// Remembering sources; see sources.h.
#include "controller/loop/sources.h"

namespace aia::loop {

void Sources::observe(const ports::Evidence& evidence, WallTime now, Millis freshness, Millis memory) {
  for (const auto& pod : evidence.pods) {
    if (now - pod.newest <= freshness) last_[{pod.selector, pod.ns, pod.pod, pod.instance}] = now;
  }
  std::erase_if(last_, [&](const auto& source) { return now - source.second > memory; });
}

}  // namespace aia::loop
