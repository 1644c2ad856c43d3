// Comparing looks; see confirmation.h.
#include "controller/loop/confirmation.h"

#include <algorithm>

namespace aia::loop {
namespace {

constexpr Millis kMemory = std::chrono::minutes(5);
constexpr Millis kLongestWait = std::chrono::minutes(1);
constexpr std::size_t kMostLooks = 512;  // as often as a second

}  // namespace

std::optional<double> Confirmation::look(double value, const ports::Evidence* evidence, WallTime now) {
  WallTime newest = now, oldest = now;  // of the newest samples of the sources
  Millis window = kLongestWait;
  if (evidence != nullptr) window = std::min(window, evidence->rate_window);
  if (evidence != nullptr && !evidence->pods.empty()) {
    const auto older = [](const auto& a, const auto& b) { return a.newest < b.newest; };
    const auto [first, last] = std::minmax_element(evidence->pods.begin(), evidence->pods.end(), older);
    oldest = std::min(first->newest, now), newest = std::min(last->newest, now);
  }
  while (looks_.size() > 1 && (newest - looks_.front().newest > kMemory || looks_.size() > kMostLooks))
    looks_.pop_front();
  std::optional<double> confirmed;
  for (const auto& earlier : looks_) {
    const bool another = oldest - window > earlier.newest || newest - earlier.newest > window + kLongestWait;
    if (another || earlier.first) confirmed = std::max(confirmed.value_or(0), std::min(value, earlier.value));
  }
  if (!looks_.empty()) confirmed = confirmed.value_or(0);
  if (!looks_.empty() && looks_.back().newest >= newest) {
    looks_.back().value = std::min(looks_.back().value, value);  // no other sample
  } else {
    looks_.push_back({newest, value, looks_.empty()});
  }
  return confirmed;
}

}  // namespace aia::loop
