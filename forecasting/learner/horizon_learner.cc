// One step of a horizon: the due forecast is judged, members are weighed by their newest losses, the mean is
// calibrated, the next forecast is issued. A member whose loss is 1.5 times the last value's has no weight.
#include "forecasting/learner/horizon_learner.h"

#include <algorithm>
#include <cmath>

#include "forecasting/values/normal_score.h"
#include "forecasting/values/pinball.h"

namespace forecasting {
namespace {

constexpr double kSharpness = 6;    // weights fall with this power of a well-known loss
constexpr double kKnown = 200;      // judged spans of the horizon after which half of kSharpness holds
constexpr double kPrune = 1.5;      // a member so much worse than the last value has no weight
constexpr double kMemory = 0.25;    // days in the memory of losses: the best member changes with the hours
constexpr int kMemorySpans = 12;    // and at least so many spans of the horizon
constexpr double kMostSaid = 1e32;  // values are 1e30 at most
constexpr double kFaster = 2;       // are weights and calibration moved in the day after a change
constexpr int kLeastRefactor = 12;  // steps: an inversion costs as much as a hundred updates
constexpr int kDays = 3;            // days in the memory of the last value's changes and of the records
constexpr std::array<double, HorizonLearner::kMembers> kPrior{0.5, 1, 1, 0.7, 1};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A member whom absurd values have led astray says nothing.
bool usable(std::span<const double> quantiles) {
  return std::all_of(quantiles.begin(), quantiles.end(), [](double value) { return std::fabs(value) <= kMostSaid; });
}

NewtonQuantiles::Options learner(const HorizonLearner::Options& options, bool relative) {
  NewtonQuantiles::Options learner;
  learner.steps = options.steps;
  learner.levels = options.levels;
  learner.relative = relative;
  learner.refactor_steps = std::max(kLeastRefactor, options.spans.hour);
  learner.half_life_steps = 8 * options.spans.day;
  return learner;
}

}  // namespace

HorizonLearner::HorizonLearner(const Options& options)
    : options_(options),
      stride_(stride_of(options.steps)),
      least_judged_(std::clamp(50 / stride_, 20, 50)),
      pending_(static_cast<std::size_t>(options.steps / stride_ + 1)),
      changes_(kDays * options.spans.day / stride_, options.levels[options.planning]),
      linear_(learner(options, false)),
      calibration_(options.levels, options.planning, options.spans, options.steps),
      watch_(options.spans.day) {
  if (options.both) relative_.emplace(learner(options, true));
  served_.fill(kNan);
  weigh();
}

void HorizonLearner::mature(double value) {
  score_ = matured_loss_ = kNan;
  watch_.step();
  linear_.mature(value);
  if (relative_) relative_->mature(value);
  const long origin = now_ - options_.steps;
  if (origin < 0 || origin % stride_ != 0 || std::isnan(value)) return;
  Pending& due = pending_[static_cast<std::size_t>(origin / stride_) % pending_.size()];
  if (due.spread >= 0) judge(due, value), look_for_change(origin);
  due.spread = kUnused;
}

/// Scores forecasts without overlap, after a day of them was judged: before, everything is new.
void HorizonLearner::look_for_change(long origin) {
  const int apart = std::max(1, options_.steps / stride_);
  const bool settled = record_.judged > options_.spans.day / stride_;
  if (settled && !std::isnan(score_) && origin / stride_ % apart == 0) watch_.add(score_);
}

double HorizonLearner::pace() const {
  return watch_.answering() == Change::None ? 1 : kFaster;
}

void HorizonLearner::judge(const Pending& due, double value) {
  note_record(due, value);
  const double memory = std::max(kMemory * options_.spans.day, 1.0 * kMemorySpans * options_.steps) / stride_ / pace();
  const double level = options_.levels[options_.planning];
  for (std::size_t m = 0; m < kMembers; ++m) {
    const auto upper = static_cast<double>(due.uppers[m]);
    if (std::isnan(upper)) continue;
    ++counts_[m];
    losses_[m] += (pinball(value, std::max(0.0, upper), level) - losses_[m]) / std::min<double>(counts_[m], memory);
  }
  weigh();
  calibrate(due, value);
  changes_.add(value - static_cast<double>(due.latest));
}

void HorizonLearner::note_record(const Pending& due, double value) {
  const double level = options_.levels[options_.planning], memory = 1.0 * kDays * options_.spans.day / stride_;
  const auto served = static_cast<double>(due.served[options_.planning]);
  const auto last_value = static_cast<double>(due.uppers[kLastValue]);
  if (std::isnan(served) || std::isnan(last_value)) return;
  const double upper = std::max(0.0, served), loss = pinball(value, upper, level);
  const auto follow = [](double& mean, double now, double share) { mean += share * (now - mean); };
  const double share = std::max(1.0 / ++record_.judged, 1 / memory);
  follow(record_.loss, loss, share);
  follow(record_.last_value_loss, pinball(value, std::max(0.0, last_value), level), share);
  follow(record_.coverage, value <= upper ? 1 : 0, share);
  matured_loss_ = loss;
}

void HorizonLearner::calibrate(const Pending& due, double value) {
  if (std::isnan(due.served[options_.planning])) return;
  const std::span<const float> served{due.served.data(), options_.levels.size()};
  calibration_.learn({served, static_cast<double>(due.spread), slot(0), value, changes_.count(), pace()},
                     options_.levels);
  score_ = normal_score(value, served, options_.levels);
}

void HorizonLearner::weigh() {
  weights_.fill(0);
  const double spans = static_cast<double>(changes_.count()) * stride_ / options_.steps;
  const double power = kSharpness * spans / (spans + kKnown);
  double best = std::numeric_limits<double>::infinity(), sum = 0;
  for (std::size_t m = 0; m < kMembers; ++m) {
    if (counts_[m] >= least_judged_) best = std::min(best, losses_[m]);
  }
  for (std::size_t m = 0; m < kMembers; ++m) {
    const bool pruned = counts_[m] < least_judged_ || losses_[m] > kPrune * losses_[kLastValue];
    if (pruned && m != kLastValue) continue;
    weights_[m] = kPrior[m] * (losses_[m] > 0 && std::isfinite(best) ? std::pow(best / losses_[m], power) : 1);
    sum += weights_[m];
  }
  for (double& weight : weights_) weight /= sum;
}

HorizonLearner::Pending* HorizonLearner::take_slot() {
  const long now = now_++;
  return now % stride_ == 0 ? &pending_[static_cast<std::size_t>(now / stride_) % pending_.size()] : nullptr;
}

void HorizonLearner::skip() {
  linear_.skip();
  if (relative_) relative_->skip();
  if (Pending* const pending = take_slot()) pending->spread = kUnused;
}

void HorizonLearner::issue(const Origin& origin) {
  const std::size_t n = options_.levels.size();
  const auto& [row, latest, level, at_least, parts] = origin;
  std::array<Levels, kMembers> said;
  for (auto& levels : said) levels.fill(kNan);
  for (NewtonQuantiles* learner : {&linear_, relative_ ? &*relative_ : nullptr}) {
    if (learner == nullptr) continue;
    if (at_least) learner->skip();
    if (!at_least) learner->issue(row, latest, level);
  }
  if (changes_.count() >= least_judged_) {
    for (std::size_t q = 0; q < n; ++q) said[kLastValue][q] = latest + changes_.quantile(options_.levels[q]);
  }
  linear_.predict(row, latest, level, {said[kLinear].data(), n});
  if (relative_) relative_->predict(row, latest, level, {said[kRelative].data(), n});
  std::size_t at = 0;
  for (const Forest& forest : forests_) {  // each speaks for its own levels; together they speak for all
    std::fill_n(said[kTrees].begin() + static_cast<std::ptrdiff_t>(at), forest.levels.size(), latest);
    forest.predict(row, {said[kTrees].data() + at, forest.levels.size()});
    at += forest.levels.size();
  }
  std::copy_n(parts.begin(), std::min(n, parts.size()), said[kParts].begin());
  for (Levels& levels : said) {
    if (!usable({levels.data(), n})) levels.fill(kNan);
  }
  combine(said);
  Pending* const pending = take_slot();
  if (!pending) return;
  pending->latest = static_cast<float>(latest);
  pending->spread = at_least ? kUnused : static_cast<float>(spread_);
  for (std::size_t m = 0; m < kMembers; ++m) pending->uppers[m] = static_cast<float>(said[m][options_.planning]);
  for (std::size_t q = 0; q < n; ++q) pending->served[q] = static_cast<float>(served_[q]);
}

void HorizonLearner::combine(const std::array<Levels, kMembers>& said) {
  const std::size_t n = options_.levels.size();
  served_.fill(kNan);
  double total = 0;
  for (std::size_t m = 0; m < kMembers; ++m) {
    if (weights_[m] <= 0 || std::isnan(said[m][options_.planning])) continue;
    for (std::size_t q = 0; q < n; ++q) served_[q] = (total > 0 ? served_[q] : 0) + weights_[m] * said[m][q];
    total += weights_[m];
  }
  if (total <= 0) return;
  for (std::size_t q = 0; q < n; ++q) served_[q] /= total;
  spread_ = calibration_.apply({served_.data(), n}, slot(options_.steps));
  std::sort(served_.begin(), served_.begin() + static_cast<std::ptrdiff_t>(n));
}

std::size_t HorizonLearner::bytes() const {
  std::size_t bytes = sizeof(*this) + pending_.size() * sizeof(Pending) + linear_.bytes() - sizeof(NewtonQuantiles);
  if (relative_) bytes += relative_->bytes() - sizeof(NewtonQuantiles);
  for (const Forest& forest : forests_) bytes += forest.bytes();
  return bytes;
}

}  // namespace forecasting
