// Remembers the fan's lowest quantile once in five minutes, for each five minutes of the hour ahead, and compares
// demand with these quantiles. The present fan alone would not do, because the forecaster has learned the fall already.
#include "controller/loop/demand/collapse.h"

#include <algorithm>
#include <vector>

namespace aia::loop {
namespace {

constexpr double kFar = 2;
constexpr Millis kRecent{std::chrono::hours(1)};
constexpr int kRecentPoints = 60;
constexpr Millis kGiveOrTake{std::chrono::minutes(20)};
constexpr int kSeasonParts = 300;
constexpr Millis kPart{std::chrono::minutes(5)};  // of the hour ahead, whose lowest quantiles are remembered

std::int64_t part_of(WallTime at) {
  return at.time_since_epoch() / kPart;
}

}  // namespace

/// Numbers the parts of a season. A season has at most kSeasonParts parts, of five minutes or more.
std::int64_t Collapse::season_part(WallTime at) const {
  return at.time_since_epoch() / std::max(kPart, season_ / kSeasonParts);
}

/// Searches the season parts within twenty minutes of the same moment a season ago.
bool Collapse::fell_a_season_ago(double demand, double per_replica, WallTime now) const {
  const WallTime then = now - season_;
  auto low = season_lows_.lower_bound(season_part(then - kGiveOrTake));
  for (; low != season_lows_.end() && low->first <= season_part(then + kGiveOrTake); ++low)
    if (low->second <= kFar * demand + per_replica) return true;
  return false;
}

void Collapse::learn(double value, WallTime at, Millis step) {
  const auto [low, is_new] = season_lows_.try_emplace(season_part(at), value);
  if (!is_new) low->second = std::min(low->second, value);
  season_lows_.erase(season_lows_.begin(), season_lows_.lower_bound(season_part(at - season_ - kRecent)));
  if (began_) return;
  recent_.push_back({at, value});
  const Millis kept = std::min(kRecent, kRecentPoints * step);
  while (at - recent_.front().at >= kept) recent_.pop_front();
}

double Collapse::lower_quartile() const {
  if (recent_.empty()) return 0;
  std::vector<double> values;
  for (const Point& point : recent_) values.push_back(point.value);
  const auto quartile = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 4);
  std::nth_element(values.begin(), quartile, values.end());
  return *quartile;
}

void Collapse::remember(const forecasting::Fan& fan, WallTime now) {
  const auto part = part_of(now);
  if (fan.empty() || remembered_ == part) return;
  remembered_ = part;
  lowest_.erase(lowest_.begin(), lowest_.lower_bound(part));
  for (auto later = part + 1; later <= part + kRecent / kPart; ++later) {
    auto& lowest = lowest_[later];
    const WallTime begin(later * kPart);  // a fall expected within the part counts from the part's beginning
    const double level = fan.levels.front();
    lowest = std::max(lowest, std::min(fan.value(begin, level), fan.value(begin + kPart, level)));
  }
}

double Collapse::lowest_expected(const forecasting::Fan& fan, WallTime now) const {
  const auto before = lowest_.find(part_of(now));
  return std::max(fan.value(now, fan.levels.front()), before == lowest_.end() ? 0 : before->second);
}

void Collapse::look(double demand, const forecasting::Fan& fan, double level, double per_replica, Millis longest,
                    WallTime now) {
  remember(fan, now);
  if (began_) {
    const bool is_over = now - began_->at >= longest;
    const bool is_back = kFar * demand >= expected(now, level);
    const bool agrees = fan.empty() || fan.pointwise_max(now, now + longest, level) <= kFar * demand + per_replica;
    if (is_back) began_.reset();
    if (!is_back && is_over && agrees) accept();
    return;
  }
  if (fan.empty()) return;
  const double lowest = lowest_expected(fan, now);
  const bool is_far_below = kFar * demand < lowest && lowest - demand >= per_replica;
  if (is_far_below && kFar * demand < lower_quartile() && !fell_a_season_ago(demand, per_replica, now))
    began_ = Began{now, fan};
}

/// Takes the fallen demand as normal: the collapse ends, and comparison values from before it are dropped.
void Collapse::accept() {
  began_.reset();
  recent_.clear();
  lowest_.clear();
  remembered_.reset();
}

std::optional<WallTime> Collapse::since() const {
  return began_ ? std::optional(began_->at) : std::nullopt;
}

double Collapse::expected(WallTime at, double level) const {
  if (!began_) return 0;
  return began_->expected.empty() ? began_->restored : began_->expected.value(at, level);
}

void Collapse::restore(WallTime since, double expected) {
  began_ = Began{since, {}, expected};
}

void Collapse::shift(Millis by) {
  lowest_.clear();
  remembered_.reset();
  if (!began_) return;
  began_->at += by;
  began_->expected.origin += by;
}

}  // namespace aia::loop
