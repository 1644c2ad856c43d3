// Remembering sources; see sources.h.
#include "controller/loop/sources.h"

namespace aia::loop {

Sources::Silence Sources::observe(const ports::Evidence& evidence, WallTime now, Millis freshness, Millis memory) {
  for (const auto& pod : evidence.pods) {
    if (now - pod.newest <= freshness) last_[{pod.ns, pod.pod, pod.instance}] = now;
  }
  std::erase_if(last_, [&](const auto& source) { return now - source.second > memory; });
  Silence silence;
  for (const auto& [source, at] : last_) {
    ++silence.known;
    silence.silent += at < now ? 1 : 0;
  }
  return silence;
}

}  // namespace aia::loop
