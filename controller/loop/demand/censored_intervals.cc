// Spans of time between looks that saw all sources; a point within a span is doubted, as long as the share of doubted
// points stays below an hour a day.
#include "controller/loop/demand/censored_intervals.h"

#include <algorithm>
#include <utility>

namespace aia::loop {
namespace {

constexpr std::size_t kMostSpans = 64;  // most spans kept; points within them may still be unread

}  // namespace

void Doubt::look(bool all, WallTime now, Millis rate_window) {
  if (!all_) all_ = now;
  open_ = open_ || !all;
  if (!all) return;
  if (std::exchange(open_, false)) past_.push_back({*all_, now + rate_window});
  if (past_.size() > kMostSpans) past_.pop_front();
  all_ = now;
}

void Doubt::shift(Millis by) {
  if (all_) *all_ += by;
  for (auto& span : past_) span.from += by, span.to += by;
  for (auto& point : doubted_) point += by;
}

bool Doubt::covers(WallTime point) const {
  return (open_ && point > *all_) || std::any_of(past_.begin(), past_.end(), [&](const Span& span) {
           return span.from < point && point < span.to;
         });
}

bool Doubt::doubts(WallTime point, Millis step, Millis memory) {
  while (!doubted_.empty() && point - doubted_.front() >= 144 * memory) doubted_.pop_front();
  const auto spent = step * static_cast<Millis::rep>(doubted_.size());
  if (!covers(point) || spent >= 6 * memory) return false;
  doubted_.push_back(point);
  return true;
}

}  // namespace aia::loop
