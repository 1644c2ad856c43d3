// Spans of time between looks that saw all sources; a point within a span is censored, as long as the share of censored
// points stays below an hour a day.
#include "controller/loop/demand/censored_intervals.h"

#include <algorithm>
#include <utility>

namespace aia::loop {
namespace {

constexpr std::size_t kMostSpans = 64;  // most spans kept; points within them may still be unread

}  // namespace

void CensoredIntervals::look(bool all, WallTime now, Millis rate_window) {
  if (!all_) all_ = now;
  open_ = open_ || !all;
  if (!all) return;
  if (std::exchange(open_, false)) past_.push_back({*all_, now + rate_window});
  if (past_.size() > kMostSpans) past_.pop_front();
  all_ = now;
}

void CensoredIntervals::shift(Millis by) {
  if (all_) *all_ += by;
  for (auto& span : past_) span.from += by, span.to += by;
  for (auto& point : censored_) point += by;
}

bool CensoredIntervals::covers(WallTime point) const {
  return (open_ && point > *all_) || std::any_of(past_.begin(), past_.end(), [&](const Span& span) {
           return span.from < point && point < span.to;
         });
}

bool CensoredIntervals::censors(WallTime point, Millis step, Millis memory) {
  while (!censored_.empty() && point - censored_.front() >= 144 * memory) censored_.pop_front();
  const auto spent = step * static_cast<Millis::rep>(censored_.size());
  if (!covers(point) || spent >= 6 * memory) return false;
  censored_.push_back(point);
  return true;
}

}  // namespace aia::loop
