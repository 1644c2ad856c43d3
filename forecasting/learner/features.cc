// Feeding the windows, extremes and rhythms step by step, and laying out the row of a horizon. The row's order is part
// of every saved state: append, never reorder, and raise the version in engine/checkpoint.cc.
#include "forecasting/learner/features.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace forecasting {
namespace {

constexpr int kDaySlots = 288;
constexpr double kProfileWeight = 0.25;  // of the newest day: a profile of about the last week
constexpr int kLooksAround = 15;         // on each side of yesterday's target at most, for its maximum
constexpr int kHourMemory = 120;         // hours in the memory of the rhythm within the hour

}  // namespace

Features::Features(const Spans& spans, int furthest, int slot)
    : spans_(spans),
      slot_(slot - 1),
      recent_(static_cast<std::size_t>(std::max(spans.day, furthest) + spans.quarter + 2)),
      short_(spans.short_term),
      quarter_(spans.quarter),
      hour_(spans.hour),
      four_hours_(spans.four_hours),
      day_(spans.day),
      hour_change_(spans.hour),
      day_change_(spans.day),
      day_slots_(spans.seasonal ? static_cast<std::size_t>(std::min(kDaySlots, spans.day)) : 0),
      hour_slots_(spans.seasonal ? static_cast<std::size_t>(spans.hour) : 0) {}

double Features::ago(int age) const {
  const auto back = static_cast<std::size_t>(std::min(age, seen_ - 1));
  return static_cast<double>(recent_[newest_ >= back ? newest_ - back : newest_ + recent_.size() - back]);
}

void Features::update(double value) {
  const double rounded = static_cast<double>(static_cast<float>(value));
  const double change = seen_ > 0 ? std::fabs(rounded - latest_) : 0;
  newest_ = newest_ + 1 == recent_.size() ? 0 : newest_ + 1;
  recent_[newest_] = static_cast<float>(rounded);
  latest_ = rounded;
  ++seen_;
  slot_ = slot_ + 1 == spans_.day ? 0 : slot_ + 1;
  for (Moving* window : {&short_, &quarter_, &hour_, &four_hours_, &day_}) window->add(rounded, ago(window->length()));
  for (Moving* window : {&hour_change_, &day_change_}) {
    window->add(change, std::fabs(ago(window->length()) - ago(window->length() + 1)));
  }
  note_extremes();
  if (spans_.seasonal) note_rhythm(rounded, change);
}

void Features::note_extremes() {
  note_extreme(most_quarter_, spans_.quarter, true);
  note_extreme(most_hour_, spans_.hour, true), note_extreme(least_hour_, spans_.hour, false);
}

/// Searches the window only when the extreme itself leaves the window: an hour may be thousands of steps.
void Features::note_extreme(double& extreme, int window, bool largest) {
  const auto outermost = [largest](double a, double b) { return largest ? std::max(a, b) : std::min(a, b); };
  const bool leaves = seen_ == 1 || (seen_ > window && ago(window) == extreme);
  extreme = leaves ? latest_ : outermost(extreme, latest_);
  if (!leaves) return;
  for (int age = 1; age < std::min(window, seen_); ++age) extreme = outermost(extreme, ago(age));
}

void Features::note_rhythm(double value, double change) {
  Slot& day = day_slots_[part_of_day(slot_)];
  const bool first = seen_ <= spans_.day;
  const double steps_a_slot = static_cast<double>(spans_.day) / static_cast<double>(day_slots_.size());
  const double weight = std::max(first ? 1.0 / (1 + (slot_ % std::max(1, static_cast<int>(steps_a_slot)))) : 0,
                                 kProfileWeight / steps_a_slot);
  day.mean += static_cast<float>(weight * (value - static_cast<double>(day.mean)));
  day.change += static_cast<float>(weight * (change - static_cast<double>(day.change)));
  Slot& hour = hour_slots_[static_cast<std::size_t>(slot_ % spans_.hour)];
  const double share = 1.0 / std::min(kHourMemory, 1 + seen_ / spans_.hour);
  hour.mean += static_cast<float>(share * (value - hour_.mean() - static_cast<double>(hour.mean)));
  hour.change += static_cast<float>(share * (change - static_cast<double>(hour.change)));
}

std::size_t Features::part_of_day(int slot) const {
  return static_cast<std::size_t>(static_cast<long>(slot) * static_cast<long>(day_slots_.size()) / spans_.day);
}

double Features::day_before(int steps) const {
  const int ahead = (steps - 1) % spans_.day + 1;
  if (!spans_.seasonal || seen_ <= spans_.day) return std::numeric_limits<double>::quiet_NaN();
  return ago(spans_.day - ahead);
}

Rhythm Features::rhythm(int steps) const {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  if (!spans_.seasonal || seen_ <= spans_.day) return {kUnknown, kUnknown, kUnknown};
  const int slot = slot_after(steps % spans_.day);
  const Slot& of_hour = hour_slots_[static_cast<std::size_t>(slot % spans_.hour)];
  return {profile(slot), static_cast<double>(of_hour.mean), day_before(steps)};
}

double Features::level() const {
  return std::max(four_hours_.mean(), 0.1 * day_.mean());
}

Row Features::row(int steps, const Archive& archive, int age) const {
  Row row{};
  std::size_t next = 0;
  const auto put = [&](double value) { row[next++] = static_cast<float>(std::isfinite(value) ? value : 0.0); };
  const double z = latest_;
  put(1), put(z);
  for (const int lag : {1, 2, 5}) put(ago(lag) - z);
  for (const Moving* window : {&short_, &quarter_, &hour_, &four_hours_, &day_}) put(window->mean() - z);
  put(most_quarter_ - z), put(most_hour_ - z), put(least_hour_ - z);
  put(quarter_.deviation()), put(hour_.deviation());
  put(hour_change_.mean()), put(day_change_.mean());
  put(std::fabs(quarter_.mean() - z));
  if (!spans_.seasonal) {
    next = kOriginFeatures;
    put(ago(steps) - z);
    return row;
  }
  const Slot& hour_now = hour_slots_[static_cast<std::size_t>(slot_ % spans_.hour)];
  put(static_cast<double>(hour_now.mean)), put(static_cast<double>(hour_now.change));
  const double angle = 2 * std::numbers::pi * slot_ / spans_.day;
  put(std::sin(angle)), put(std::cos(angle));
  put(ago(steps) - z);
  const int ahead = (steps - 1) % spans_.day + 1;  // beyond a day, yesterday's value is the newest of that time of day
  const bool day = seen_ > spans_.day;
  const double then = ago(spans_.day - ahead), there = ago(spans_.day);
  put(day ? then - there : 0), put(day ? then - z : 0);
  const double week_then = archive.ago(age + spans_.week - ahead), week_there = archive.ago(age + spans_.week);
  put(week_then - then), put(week_then - week_there);
  double most = then;
  const int apart = std::max(1, spans_.quarter / kLooksAround);
  for (int off = -spans_.quarter; off <= spans_.quarter && day; off += apart) {
    if (spans_.day - ahead - off >= 0) most = std::max(most, ago(spans_.day - ahead - off));
  }
  put(day ? most - z : 0);
  const Slot& target = day_slots_[part_of_day(slot_after(ahead))];
  const Slot& hour_then = hour_slots_[static_cast<std::size_t>(slot_after(ahead) % spans_.hour)];
  put(day ? profile(slot_after(ahead)) - profile(slot_) : 0), put(day ? profile(slot_after(ahead)) - z : 0);
  put(static_cast<double>(target.change));
  put(static_cast<double>(hour_then.mean)), put(static_cast<double>(hour_then.change));
  return row;
}

/// The day's profile at a step, between the middles of its parts.
double Features::profile(int slot) const {
  const auto parts = static_cast<int>(day_slots_.size());
  const double at = (slot + 0.5) * parts / spans_.day - 0.5;
  const int part = at < 0 ? -1 : static_cast<int>(at);
  const auto mean = [&](int of) {
    return static_cast<double>(day_slots_[static_cast<std::size_t>(of < 0        ? of + parts
                                                                   : of >= parts ? of - parts
                                                                                 : of)]
                                   .mean);
  };
  const double before = mean(part), after = mean(part + 1);
  return before + (at - part) * (after - before);
}

std::size_t Features::bytes() const {
  return sizeof(*this) + recent_.size() * sizeof(float) + (day_slots_.size() + hour_slots_.size()) * sizeof(Slot);
}

}  // namespace forecasting
