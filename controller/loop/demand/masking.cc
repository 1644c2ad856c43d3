// A point stands out if its value exceeds three times the highest of the last 15 values and twice the highest of the
// day before. Points that stand out wait for a later point: a similar value supports the run, a much lower value does
// not. The first points of a history have no past, so they are compared with the highest value that cannot be bad.
#include "controller/loop/demand/masking.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace aia::loop {
namespace {

constexpr double kAboveNear = 3;          // × the highest nearby point: far above
constexpr double kAboveDay = 2;           // × the highest point of the day before
constexpr double kLike = 3;               // values are similar within this factor
constexpr std::size_t kAtStart = 5;       // good points needed at the start, to compare bad points with
constexpr std::size_t kLongestRun = 16;   // points, whatever the rate window
constexpr std::size_t kMostWaiting = 64;  // waiting points, gaps included
constexpr std::size_t kMostRuns = 64;     // remembered runs
constexpr std::size_t kOften = 3;         // as many similar runs in a day: demand comes in bursts
constexpr Millis kDay = std::chrono::hours(24);
constexpr Millis kRunMemory = 8 * kDay;  // longer than a week, so that weekly runs are recognised
constexpr Millis kSameTime = std::chrono::minutes(10);
constexpr Millis kUsualWindow = std::chrono::minutes(5);  // of a rate, if the rate window is not known

/// Returns the number of points that a single bad sample can spoil.
std::size_t longest_run(const std::optional<Millis>& rate_window, Millis step) {
  const auto spoiled = rate_window.value_or(kUsualWindow) / step + 1;
  return std::clamp<std::size_t>(static_cast<std::size_t>(spoiled), 2, kLongestRun);
}

std::int64_t hour_of(WallTime at) {
  return std::chrono::floor<std::chrono::hours>(at).time_since_epoch().count();
}

double in_ms(WallTime at) {
  return static_cast<double>(at.time_since_epoch().count());
}

WallTime from_ms(double ms) {
  return WallTime{Millis{static_cast<Millis::rep>(ms)}};
}

}  // namespace

Masking::Masking(Millis step, Millis season) : step_(step), season_(std::min(season, kDay)) {}

std::vector<GridPoint> Masking::take(GridPoint point, const std::optional<Millis>& rate_window) {
  const std::size_t longest = longest_run(rate_window, step_);
  std::vector<GridPoint> settled;
  if (started_) {
    sift(std::move(point), longest, settled);
    return settled;
  }
  waiting_.push_back(std::move(point));
  std::vector<double> values;
  for (const auto& one : waiting_)
    if (!std::isnan(one.value)) values.push_back(one.value);
  if (values.empty() || (values.size() < longest + kAtStart && waiting_.size() < kMostWaiting)) return settled;
  // At most `longest` of the values are bad. All points are compared with the highest value below those.
  started_ = true;
  const std::size_t place = std::min(longest, values.size() - 1);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end(), std::greater<>());
  compare_with(waiting_.front().at, values[place]);
  for (auto& one : std::exchange(waiting_, {})) sift(std::move(one), longest, settled);
  return settled;
}

void Masking::sift(GridPoint point, std::size_t longest, std::vector<GridPoint>& settled) {
  if (std::isnan(point.value)) {
    if (waiting_.empty()) return settle(std::move(point), settled);
    waiting_.push_back(std::move(point));
    if (waiting_.size() >= kMostWaiting) settle_waiting(false, settled);  // no value came to support the run
    return;
  }
  const bool far_above = stands_out(point);
  if (far_above && seen_before(point)) {
    settle_waiting(true, settled);
    note_run(point);
    return settle(std::move(point), settled);
  }
  if (far_above) {
    waiting_.push_back(std::move(point));
    if (++standing_out_ > longest) settle_waiting(true, settled);
    return;
  }
  if (!waiting_.empty()) {
    double last = 0;
    for (const auto& one : waiting_)
      if (!std::isnan(one.value)) last = one.value;
    settle_waiting(point.value * kLike >= last, settled);
  }
  settle(std::move(point), settled);
}

bool Masking::stands_out(const GridPoint& point) const {
  const double nearest = near_.empty() ? 0 : *std::max_element(near_.begin(), near_.end());
  double highest = 0;
  for (const auto& block : day_) {
    const auto hours = hour_of(point.at) - block.hour;
    if (block.hour >= 0 && hours < static_cast<std::int64_t>(kBlocks)) highest = std::max(highest, block.highest);
  }
  return point.value > std::max(kAboveNear * nearest, kAboveDay * highest);
}

bool Masking::seen_before(const GridPoint& point) const {
  const Millis near_in_time = std::max(step_, std::min(kSameTime, season_ / 24));
  std::size_t lately = 0;
  for (const auto& run : runs_) {
    if (run.highest * kLike < point.value) continue;
    const Millis since = point.at - run.from;
    if (since > season_ / 2 && (since + near_in_time) % season_ <= 2 * near_in_time) return true;
    lately += since <= kDay && point.at - run.to > 2 * step_ ? 1 : 0;
  }
  return lately >= kOften;
}

void Masking::settle(GridPoint point, std::vector<GridPoint>& settled) {
  if (!std::isnan(point.value)) compare_with(point.at, point.value);
  settled.push_back(std::move(point));
}

void Masking::settle_waiting(bool supported, std::vector<GridPoint>& settled) {
  for (auto& point : std::exchange(waiting_, {})) {
    if (!std::isnan(point.value)) {
      note_run(point);
      if (!supported) {
        ++left_out_;
        newest_left_out_ = point.at;
        point.value = kGap;
      }
    }
    settle(std::move(point), settled);
  }
  standing_out_ = 0;
}

void Masking::compare_with(WallTime at, double value) {
  near_.push_back(value);
  if (near_.size() > kNear) near_.pop_front();
  const auto hour = hour_of(at);
  auto& block = day_[static_cast<std::size_t>(hour) % kBlocks];
  if (block.hour != hour) block = {hour, value};
  block.highest = std::max(block.highest, value);
}

void Masking::note_run(const GridPoint& point) {
  while (!runs_.empty() && (point.at - runs_.front().to > kRunMemory || runs_.size() > kMostRuns)) runs_.pop_front();
  if (runs_.empty() || point.at - runs_.back().to > 2 * step_) runs_.push_back({point.at, point.at, point.value});
  runs_.back().to = point.at;
  runs_.back().highest = std::max(runs_.back().highest, point.value);
}

std::optional<WallTime> Masking::waiting_since() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.front().at);
}

std::optional<double> Masking::highest_since(WallTime since) const {
  std::optional<double> highest;
  for (const auto& block : day_) {
    if (block.hour >= hour_of(since)) highest = std::max(highest, std::optional(block.highest));
  }
  return highest;
}

void Masking::renew_parts(std::size_t count) {
  for (auto& point : waiting_) point.parts.assign(count, 0);
}

std::vector<double> Masking::save() const {
  std::vector<double> state = {static_cast<double>(left_out_), newest_left_out_ ? in_ms(*newest_left_out_) : -1,
                               started_ ? 1.0 : 0.0, static_cast<double>(near_.size())};
  state.insert(state.end(), near_.begin(), near_.end());
  for (const auto& block : day_) state.insert(state.end(), {static_cast<double>(block.hour), block.highest});
  for (const auto& run : runs_) state.insert(state.end(), {in_ms(run.from), in_ms(run.to), run.highest});
  return state;
}

bool Masking::restore(std::span<const double> state) {
  constexpr std::size_t kHead = 4;
  const bool sane = std::all_of(state.begin(), state.end(), [](double one) { return one >= -1 && one <= 1e15; });
  if (!sane || state.size() < kHead || state[3] > kNear) return false;
  const auto nearby = static_cast<std::size_t>(std::max(0.0, state[3]));
  const std::size_t fixed = kHead + nearby + 2 * kBlocks;
  if (state.size() < fixed || (state.size() - fixed) % 3 != 0 || (state.size() - fixed) / 3 > kMostRuns + 1)
    return false;
  Masking restored(step_, season_);
  restored.left_out_ = static_cast<std::size_t>(std::max(0.0, state[0]));
  if (state[1] >= 0) restored.newest_left_out_ = from_ms(state[1]);
  restored.started_ = state[2] > 0;
  auto next = state.subspan(kHead);
  restored.near_.assign(next.begin(), next.begin() + static_cast<std::ptrdiff_t>(nearby));
  next = next.subspan(nearby);
  for (auto& block : restored.day_) {
    block = {static_cast<std::int64_t>(next[0]), next[1]};
    next = next.subspan(2);
  }
  for (; !next.empty(); next = next.subspan(3)) restored.runs_.push_back({from_ms(next[0]), from_ms(next[1]), next[2]});
  *this = std::move(restored);
  return true;
}

}  // namespace aia::loop
