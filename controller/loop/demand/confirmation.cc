// Keeps the looks of the longest rate window, and compares the newest value with the newest look that shares no sample
// with the value. Of a rise since then, all is believed except the largest part within 90 s, as long as a run of bad
// samples lasts.
#include "controller/loop/demand/confirmation.h"

#include <algorithm>
#include <iterator>

namespace aia::loop {
namespace {

constexpr Millis kLongestWindow = std::chrono::minutes(5);
constexpr Millis kLongestSilence = std::chrono::minutes(1);
constexpr Millis kLongestBadRun = std::chrono::seconds(90);  // of bad samples in a row
constexpr Millis kClosest = std::chrono::milliseconds(250);  // closer looks are merged, so some 1,500 are kept at most

}  // namespace

double Confirmation::look(double value, const ports::Evidence* evidence, WallTime now, std::optional<double> known) {
  WallTime newest = now, oldest = now;  // of the newest samples of the sources
  Millis window = kLongestWindow;
  if (evidence != nullptr) window = std::min(window, evidence->rate_window);
  if (evidence != nullptr && !evidence->pods.empty()) {
    const auto older = [](const auto& a, const auto& b) { return a.newest < b.newest; };
    const auto [first, last] = std::minmax_element(evidence->pods.begin(), evidence->pods.end(), older);
    oldest = std::min(first->newest, now), newest = std::min(last->newest, now);
  }
  const auto is_independent = [&](const Look& earlier) {
    return oldest - window > earlier.newest || newest - earlier.newest > window + kLongestSilence;
  };
  std::erase_if(looks_,
                [&](const Look& earlier) { return earlier.newest > newest + kLongestSilence; });  // the clock was ahead
  if (looks_.empty()) looks_.push_back({WallTime{}, 0});  // before the first look, no demand is confirmed
  while (looks_.size() > 1 && is_independent(looks_[1])) looks_.pop_front();
  note({newest, value});
  return std::min(value, without_largest_rise(std::max(looks_.front().value, known.value_or(0))));
}

double Confirmation::without_largest_rise(double base) const {
  double highest = base, highest_before = base, largest_rise = 0;  // before the looks from `first` on
  auto first = std::next(looks_.begin());
  for (auto later = first; later != looks_.end(); ++later) {
    highest = std::max(highest, later->value);
    for (; later->newest - first->newest > kLongestBadRun; ++first)
      highest_before = std::max(highest_before, first->value);
    largest_rise = std::max(largest_rise, highest - highest_before);
  }
  return highest - largest_rise;
}

void Confirmation::note(const Look& look) {
  auto& last = looks_.back();
  if (look.newest - last.newest < kClosest) {
    last.value = std::min(last.value, look.value);  // the same sample as in the last look
  } else {
    looks_.push_back(look);
  }
}

}  // namespace aia::loop
