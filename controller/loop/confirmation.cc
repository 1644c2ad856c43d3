// Comparing looks; see confirmation.h.
#include "controller/loop/confirmation.h"

#include <algorithm>

namespace aia::loop {
namespace {

constexpr Millis kLongestWait = std::chrono::minutes(1);
constexpr Millis kClosest = std::chrono::milliseconds(250);  // nearer looks are kept as one: a few hundred at most

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
  const auto another = [&](const Look& earlier) {
    return oldest - window > earlier.newest || newest - earlier.newest > window + kLongestWait;
  };
  while (looks_.size() > 1 && another(looks_[1])) looks_.pop_front();
  std::erase_if(looks_,
                [&](const Look& earlier) { return earlier.newest > newest + kLongestWait; });  // the clock was ahead
  std::optional<double> confirmed;
  if (!looks_.empty()) confirmed = std::min(value, looks_.front().value);
  if (!looks_.empty() && newest - looks_.back().newest < kClosest) {
    looks_.back().value = std::min(looks_.back().value, value);  // no other sample
  } else {
    looks_.push_back({newest, value});
  }
  return confirmed;
}

}  // namespace aia::loop
