#include "forecasting/quantile/learned_fan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "forecasting/pinball.h"
#include "forecasting/quantile/normal_score.h"

namespace forecasting {
namespace {

constexpr int kLeastArchiveDays = 8;  // a week, and what it is compared with
constexpr int kArchiveDays = 14;      // where steps are few
constexpr int kCalibrationDays = 3;   // of the yardstick
constexpr int kLeastJudged = 50;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr int kManySteps = 720;  // a day: beyond, less of the past is kept, and refits are every other day
constexpr int kFewSteps = 144;   // a day: up to it there is memory for three more knots

/// 1/`of_day` of it, at least one step.
int part(int day, int of_day) {
  return std::max(1, (day + of_day / 2) / of_day);
}

std::vector<int> windows_of(int day) {
  std::vector<int> windows{part(day, 288), part(day, 96), part(day, 48)};
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  return windows;
}

std::vector<double> above_median(const std::vector<double>& levels) {
  return {std::upper_bound(levels.begin(), levels.end(), kMedian), levels.end()};
}

std::size_t median_of(const std::vector<double>& levels) {
  const auto above = std::upper_bound(levels.begin(), levels.end(), kMedian);
  return above == levels.begin() ? 0 : static_cast<std::size_t>(above - levels.begin()) - 1;
}

}  // namespace

std::vector<int> LearnedFan::knots_of(int season_steps) {
  const int day = Spans::of(season_steps).day;
  std::vector<int> knots{part(day, 288), part(day, 144), part(day, 72), part(day, 24), part(day, 6)};
  if (day <= kFewSteps) knots.insert(knots.end(), {part(day, 48), part(day, 12), day});
  std::sort(knots.begin(), knots.end());
  knots.erase(std::unique(knots.begin(), knots.end()), knots.end());
  return knots;
}

LearnedFan::LearnedFan(const Options& options)
    : options_(options),
      spans_(Spans::of(options.season_steps)),
      knots_(knots_of(options.season_steps)),
      median_(median_of(options.levels)),
      archive_((spans_.day > kManySteps ? kLeastArchiveDays : kArchiveDays) * spans_.day),
      features_(spans_, knots_.back()),
      scores_(knots_.size(), part(spans_.day, 24)),
      seasonal_(kCalibrationDays * spans_.day, options.levels[options.planning]),
      until_refit_(spans_.day) {
  for (const int steps : knots_) {
    // Beyond an hour one of them is enough: no replica takes so long.
    learners_.emplace_back(
        HorizonLearner::Options{steps, options.levels, options.planning, spans_, steps <= spans_.hour});
  }
  for (const int steps : knots_) {
    if (steps > spans_.hour) continue;
    for (const int window : windows_of(spans_.day)) {
      margins_.emplace_back(steps, window, above_median(options.levels), spans_.day);
    }
  }
}

void LearnedFan::update(TimePoint at, double value, bool at_least, const Scenarios* parts) {
  steps_ = static_cast<long>(at.time_since_epoch() / options_.step);
  const bool missing = std::isnan(value);
  if (missing && !seen_) return;
  --until_refit_;
  seen_ = true;
  const double whole = at_least ? kUnknown : value;
  archive_.push(whole);
  judge(whole);
  beside_seasonal(whole);
  const double newest = missing ? features_.latest() : at_least ? std::max(value, features_.latest()) : value;
  features_.update(newest);
  if (missing) {
    for (HorizonLearner& learner : learners_) learner.skip();
    for (WindowMargins& margins : margins_) margins.issue({}, 0);
    return;
  }
  newest_ = at;
  issue(at_least, parts);
}

void LearnedFan::judge(double value) {
  for (WindowMargins& margins : margins_) margins.mature(archive_);
  for (std::size_t k = 0; k < learners_.size(); ++k) {
    learners_[k].mature(value);
    const double score = learners_[k].score();
    if (!std::isnan(score)) scores_.add(steps_ - knots_[k], k, score);
  }
}

void LearnedFan::beside_seasonal(double value) {
  const double before = features_.day_before(1);
  if (std::isnan(before) || std::isnan(value)) return;
  const double own = learners_[planning_knot_].matured_loss(), level = options_.levels[options_.planning];
  if (!std::isnan(own) && seasonal_.count() >= kLeastJudged) {
    const double share = 1.0 / std::min(++beside_seasonal_, kCalibrationDays * spans_.day);
    const double loss = pinball(value, std::max(0.0, before + seasonal_.quantile(level)), level);
    seasonal_loss_ += share * (loss - seasonal_loss_);
    loss_beside_seasonal_ += share * (own - loss_beside_seasonal_);
  }
  seasonal_.add(value - before);
}

void LearnedFan::issue(bool at_least, const Scenarios* parts) {
  const double latest = features_.latest(), level = features_.level();
  const std::size_t told = parts == nullptr || parts->empty() ? 0 : parts->offsets.size();
  for (std::size_t k = 0; k < learners_.size(); ++k) {
    std::vector<double> sums;
    if (k < told) sums = parts->quantiles(k, options_.levels);
    learners_[k].issue({features_.row(knots_[k], archive_), latest, level, at_least, sums});
  }
  std::array<double, HorizonLearner::kMostLevels> bases{};
  for (WindowMargins& margins : margins_) {
    const int from = margins.steps(), to = from + margins.window();
    std::size_t at = 0;
    for (std::size_t q = median_ + 1; q < options_.levels.size(); ++q) {
      double most = std::max(quantile_at(from, q), quantile_at(to, q));
      for (const int knot : knots_) {
        if (knot > from && knot < to) most = std::max(most, quantile_at(knot, q));
      }
      bases[at++] = std::max(0.0, most);
    }
    const double size = spread(knot_for(from * options_.step));
    margins.issue({bases.data(), at}, at_least ? 0 : size);
  }
}

/// Not clipped; NaN while one of the knots around is not calibrated.
double LearnedFan::quantile_at(int steps, std::size_t level) const {
  const auto above = static_cast<std::size_t>(std::lower_bound(knots_.begin(), knots_.end(), steps) - knots_.begin());
  if (above == knots_.size()) return learners_.back().quantiles()[level];
  const double upper = learners_[above].quantiles()[level];
  if (above == 0 || knots_[above] == steps) return upper;
  const double lower = learners_[above - 1].quantiles()[level];
  const double share = static_cast<double>(steps - knots_[above - 1]) / (knots_[above] - knots_[above - 1]);
  return lower + share * (upper - lower);
}

double LearnedFan::spread(std::size_t knot) const {
  const auto quantiles = learners_[knot].quantiles();
  return quantiles.back() - quantiles[median_];
}

std::size_t LearnedFan::knot_for(Duration horizon) const {
  const auto knot =
      std::find_if(knots_.begin(), knots_.end(), [&](int steps) { return steps * options_.step >= horizon; });
  return knot == knots_.end() ? knots_.size() - 1 : static_cast<std::size_t>(knot - knots_.begin());
}

void LearnedFan::set_planning_knot(std::size_t knot) {
  if (knot == planning_knot_) return;
  planning_knot_ = knot;
  beside_seasonal_ = 0;
}

bool LearnedFan::calibrated(std::size_t knot) const {
  return !std::isnan(learners_[knot].quantiles()[options_.planning]);
}

LearnedFan::Record LearnedFan::record() const {
  return {learners_[planning_knot_].record(), beside_seasonal_, loss_beside_seasonal_, seasonal_loss_};
}

Fan LearnedFan::fan() const {
  Fan fan;
  if (!seen_) return fan;
  fan.origin = newest_;
  fan.latest = features_.latest();
  fan.levels = options_.levels;
  std::vector<int> steps;
  for (int early = 1; early < knots_.front(); early *= 2) steps.push_back(early);
  steps.insert(steps.end(), knots_.begin(), knots_.end());
  fan.values.resize(static_cast<Eigen::Index>(steps.size()), static_cast<Eigen::Index>(fan.levels.size()));
  for (std::size_t row = 0; row < steps.size(); ++row) {
    fan.offsets.push_back(steps[row] * options_.step);
    put_row(fan, row, steps[row]);
  }
  put_margins(fan);
  return fan;
}

/// A random walk's errors grow with the root of time: how a fan opens before its first knot.
void LearnedFan::put_row(Fan& fan, std::size_t row, int steps) const {
  auto knot = static_cast<std::size_t>(std::lower_bound(knots_.begin(), knots_.end(), steps) - knots_.begin());
  const double latest = fan.latest;
  double lower = 0;
  const bool known = calibrated(knot);
  while (!calibrated(knot) && knot > 0) --knot;
  const auto quantiles = learners_[knot].quantiles();
  const double way = known ? std::min(1.0, static_cast<double>(steps) / knots_[knot]) : 1;
  const double widening = std::sqrt(way);
  for (std::size_t q = 0; q < fan.levels.size(); ++q) {
    double value = latest;
    if (calibrated(knot)) {
      const double middle = latest + way * (quantiles[median_] - latest);
      value = middle + widening * (quantiles[q] - quantiles[median_]);
    }
    lower = std::max(lower, value);
    fan.values(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(q)) = lower;
  }
}

void LearnedFan::put_margins(Fan& fan) const {
  if (margins_.empty()) return;
  for (const WindowMargins& margins : margins_) {
    const Duration start = margins.steps() * options_.step, length = margins.window() * options_.step;
    if (fan.window_starts.empty() || fan.window_starts.back() != start) fan.window_starts.push_back(start);
    if (fan.window_starts.size() == 1) fan.window_lengths.push_back(length);
  }
  fan.window_margins.setZero(static_cast<Eigen::Index>(margins_.size()), static_cast<Eigen::Index>(fan.levels.size()));
  for (std::size_t i = 0; i < margins_.size(); ++i) {
    const double size = spread(knot_for(margins_[i].steps() * options_.step));
    if (std::isnan(size)) continue;
    for (std::size_t q = median_ + 1; q < fan.levels.size(); ++q) {
      fan.window_margins(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(q)) =
          size * margins_[i].margin(q - median_ - 1);
    }
  }
}

Scenarios LearnedFan::scenarios(Duration furthest) const {
  Scenarios scenarios;
  std::size_t count = 0;
  while (count < knots_.size() && knots_[count] * options_.step <= furthest && calibrated(count)) ++count;
  if (!seen_ || count == 0) return scenarios;
  scenarios.origin = newest_;
  std::vector<std::pair<long, std::size_t>> places;  // by origin: the same order for every series
  for (std::size_t at = 0; at < ScoreRing::kOrigins; ++at) {
    if (const long origin = scores_.origin(at, count - 1); origin >= 0) places.emplace_back(origin, at);
  }
  std::sort(places.begin(), places.end());
  for (const auto& [origin, at] : places) scenarios.drawn_at.push_back(origin);
  scenarios.paths.resize(static_cast<Eigen::Index>(places.size()), static_cast<Eigen::Index>(count));
  std::vector<std::size_t> ranks(places.size());
  for (std::size_t k = 0; k < count; ++k) {
    scenarios.offsets.push_back(knots_[k] * options_.step);
    std::iota(ranks.begin(), ranks.end(), std::size_t{0});
    std::stable_sort(ranks.begin(), ranks.end(), [&](std::size_t a, std::size_t b) {
      return scores_.score(places[a].second, k) < scores_.score(places[b].second, k);
    });
    for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
      const double score = normal_quantile((static_cast<double>(rank) + 0.5) / static_cast<double>(ranks.size()));
      scenarios.paths(static_cast<Eigen::Index>(ranks[rank]), static_cast<Eigen::Index>(k)) =
          std::max(0.0, value_at(score, learners_[k].quantiles(), options_.levels));
    }
  }
  return scenarios;
}

RefitJob LearnedFan::refit_job() const {
  return {archive_, spans_, features_.slot(), knots_, options_.levels, options_.planning};
}

void LearnedFan::adopt(Refit refit) {
  for (std::size_t k = 0; k < learners_.size() && k < refit.size(); ++k) learners_[k].adopt(std::move(refit[k]));
  until_refit_ = spans_.day > kManySteps ? 2 * spans_.day : spans_.day;
}

std::size_t LearnedFan::bytes() const {
  std::size_t bytes = sizeof(*this) + archive_.bytes() + features_.bytes() + scores_.bytes() - sizeof(Archive) -
                      sizeof(Features) - sizeof(ScoreRing);
  for (const HorizonLearner& learner : learners_) bytes += learner.bytes();
  for (const WindowMargins& margins : margins_) bytes += margins.bytes();
  return bytes;
}

}  // namespace forecasting
