// The learned fan, step by step: archive and features first, then each knot's learner, then the places between knots,
// the margins of windows and the scores behind scenario paths. Rows of the fan lie at the knots and between them, so
// that a window's maximum misses no bend.
#include "forecasting/learner/learned_fan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "forecasting/values/normal_score.h"
#include "forecasting/values/pinball.h"

namespace forecasting {
namespace {

constexpr int kLeastArchiveDays = 8;  // a week, and the day that the week is compared with
constexpr int kArchiveDays = 14;      // where steps are few
constexpr int kCalibrationDays = 3;   // of the yardstick
constexpr int kLeastJudged = 50;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr int kManySteps = 720;  // a day: beyond, less of the past is kept, and refits are every other day
constexpr int kFewSteps = 144;   // up to so many steps a day, memory suffices for three more knots

/// 1/`of_day` of a day, at least one step.
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
  if (day <= kFewSteps) knots.insert(knots.end(), {part(day, 48), part(day, 2), day});
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
    // Beyond an hour one linear learner is enough: no replica takes so long to start.
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
  const Rhythms rhythms = this->rhythms();
  learn_between(rhythms);
  issue_margins(rhythms, at_least);
}

/// Windows begin at a knot, the shorter first: the maximum of one window is reused for the next.
void LearnedFan::issue_margins(const Rhythms& rhythms, bool at_least) {
  std::array<double, HorizonLearner::kMostLevels> most{};
  int from = -1, row = 0;
  const std::size_t uppers = options_.levels.size() - 1 - median_;
  const auto look_at = [&](int steps) {
    const Place here = place(steps, rhythms);
    for (std::size_t q = 0; q < uppers; ++q) most[q] = std::max(most[q], quantile_at(here, median_ + 1 + q));
  };
  for (WindowMargins& margins : margins_) {
    if (margins.steps() != from) {
      from = row = margins.steps();
      most.fill(0);
      look_at(from);
    }
    const int to = from + margins.window();
    for (int next = row_after(row); next < to; next = row_after(row)) look_at(row = next);
    std::array<double, HorizonLearner::kMostLevels> bases = most;
    const Place end = place(to, rhythms);
    for (std::size_t q = 0; q < uppers; ++q) bases[q] = std::max(bases[q], quantile_at(end, median_ + 1 + q));
    const double size = spread(knot_for(from * options_.step));
    margins.issue({bases.data(), uppers}, at_least ? 0 : size);
  }
}

LearnedFan::Rhythms LearnedFan::rhythms() const {
  Rhythms rhythms{};
  rhythms[0] = features_.rhythm(0);
  for (std::size_t k = 0; k < knots_.size(); ++k) rhythms[k + 1] = features_.rhythm(knots_[k]);
  return rhythms;
}

/// Compares the forecast of each knot with the line between its neighbours.
void LearnedFan::learn_between(const Rhythms& rhythms) {
  between_.forget(1 - 1.0 / spans_.day);
  for (std::size_t k = 1; k + 1 < knots_.size(); ++k) {
    const auto median = [&](std::size_t knot) { return learners_[knot].quantiles()[median_]; };
    const double share = static_cast<double>(knots_[k] - knots_[k - 1]) / (knots_[k + 1] - knots_[k - 1]);
    between_.learn(BetweenKnots::bend(rhythms[k + 1], rhythms[k], rhythms[k + 2], share),
                   median(k) - median(k - 1) - share * (median(k + 1) - median(k - 1)));
  }
  between_.solve();
}

LearnedFan::Place LearnedFan::place(int steps, const Rhythms& rhythms) const {
  const auto above = std::lower_bound(knots_.begin(), knots_.end(), steps);
  if (above == knots_.end()) return {knots_.size() - 1, 1, 0};
  const auto knot = static_cast<std::size_t>(above - knots_.begin());
  const int before = knot == 0 ? 0 : knots_[knot - 1];
  const double share = static_cast<double>(steps - before) / (*above - before);
  if (share >= 1) return {knot, 1, 0};
  const Rhythm bend = BetweenKnots::bend(features_.rhythm(steps), rhythms[knot], rhythms[knot + 1], share);
  return {knot, share, between_.off_line(bend)};
}

/// Not clipped; NaN while a neighbouring knot is not calibrated. Before the first knot the width grows with the fourth
/// root of time: between a random walk, whose errors grow with the square root of time, and noise, whose errors do not
/// grow.
double LearnedFan::quantile_at(const Place& place, std::size_t level) const {
  const auto upper = learners_[place.above].quantiles();
  if (place.share >= 1) return upper[level];
  if (place.above > 0) {
    const double lower = learners_[place.above - 1].quantiles()[level];
    return lower + place.share * (upper[level] - lower) + place.off_line;
  }
  const double latest = features_.latest(), root = std::sqrt(place.share);
  const double middle = latest + root * (upper[median_] - latest);
  return middle + std::sqrt(root) * (upper[level] - upper[median_]) + place.off_line;
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
  for (int row = row_after(0); row <= knots_.back(); row = row_after(row)) steps.push_back(row);
  fan.values = Matrix(steps.size(), fan.levels.size());
  const Rhythms rhythms = this->rhythms();
  for (std::size_t row = 0; row < steps.size(); ++row) {
    fan.offsets.push_back(steps[row] * options_.step);
    put_row(fan, row, place(steps[row], rhythms));
  }
  put_margins(fan);
  return fan;
}

/// The next step with a row of its own: doubling before the first knot, then close together for an hour, then less so.
int LearnedFan::row_after(int row) const {
  if (row < knots_.front()) return std::min(std::max(1, 2 * row), knots_.front());
  const int apart = part(spans_.day, row < spans_.hour ? 1440 : 96);
  const auto knot = std::upper_bound(knots_.begin(), knots_.end(), row);
  return knot == knots_.end() ? row + apart : std::min(row + apart, *knot);
}

void LearnedFan::put_row(Fan& fan, std::size_t row, Place here) const {
  const bool known = calibrated(here.above) && (here.share >= 1 || here.above == 0 || calibrated(here.above - 1));
  if (!known) {  // the width of the nearest shorter knot
    while (!calibrated(here.above) && here.above > 0) --here.above;
    here.share = 1;
  }
  double lower = 0;
  for (std::size_t q = 0; q < fan.levels.size(); ++q) {
    const double value = quantile_at(here, q);
    lower = std::max(lower, std::isnan(value) ? fan.latest : value);
    fan.values(row, q) = lower;
  }
}

void LearnedFan::put_margins(Fan& fan) const {
  if (margins_.empty()) return;
  for (const WindowMargins& margins : margins_) {
    const Duration start = margins.steps() * options_.step, length = margins.window() * options_.step;
    if (fan.window_starts.empty() || fan.window_starts.back() != start) fan.window_starts.push_back(start);
    if (fan.window_starts.size() == 1) fan.window_lengths.push_back(length);
  }
  fan.window_margins = Matrix(margins_.size(), fan.levels.size());
  for (std::size_t i = 0; i < margins_.size(); ++i) {
    const double size = spread(knot_for(margins_[i].steps() * options_.step));
    if (std::isnan(size)) continue;
    for (std::size_t q = median_ + 1; q < fan.levels.size(); ++q) {
      fan.window_margins(i, q) = size * margins_[i].margin(q - median_ - 1);
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
  scenarios.paths = Matrix(places.size(), count);
  const std::size_t paths = places.size();
  std::vector<double> of_levels, of_ranks;  // normal scores
  for (const double level : options_.levels) of_levels.push_back(normal_quantile(level));
  for (std::size_t rank = 0; rank < paths; ++rank)
    of_ranks.push_back(normal_quantile((static_cast<double>(rank) + 0.5) / static_cast<double>(paths)));
  std::vector<std::pair<double, std::size_t>> order(paths);  // of equal scores the earlier origin first
  for (std::size_t k = 0; k < count; ++k) {
    scenarios.offsets.push_back(knots_[k] * options_.step);
    for (std::size_t path = 0; path < paths; ++path) order[path] = {scores_.score(places[path].second, k), path};
    std::sort(order.begin(), order.end());
    for (std::size_t rank = 0; rank < paths; ++rank) {
      scenarios.paths(order[rank].second, k) =
          std::max(0.0, value_at(of_ranks[rank], learners_[k].quantiles(), of_levels));
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
