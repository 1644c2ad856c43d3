#include "forecasting/quantile/horizon_learner.h"

#include <algorithm>
#include <cmath>

#include "forecasting/pinball.h"
#include "forecasting/quantile/normal_score.h"

namespace forecasting {
namespace {

constexpr double kSharpness = 6;          // weights fall with this power of the loss, once it is known
constexpr double kKnown = 200;            // judged spans of the horizon after which half of that power holds
constexpr double kPrune = 1.5;            // a member so much worse than the last value has no weight
constexpr double kCorrection = 2;         // of the mean error, a day
constexpr double kMostCorrection = 0.02;  // of it, a step
constexpr double kErrors = 16;            // mean |error| ÷ pinball loss of a normal variable's P95
constexpr double kMostSaid = 1e32;        // values are 1e30 at most
constexpr int kDays = 3;                  // that calibration and records remember
constexpr std::array<double, HorizonLearner::kMembers> kPrior{0.1, 1, 1, 0.7};
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
  learner.refactor_steps = options.spans.hour;
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
      linear_(learner(options, false)) {
  if (options.both) relative_.emplace(learner(options, true));
  served_.fill(kNan);
  weigh();
}

void HorizonLearner::mature(double value) {
  score_ = matured_loss_ = kNan;
  linear_.mature(value);
  if (relative_) relative_->mature(value);
  const long origin = now_ - options_.steps;
  if (origin < 0 || origin % stride_ != 0 || std::isnan(value)) return;
  Pending& due = pending_[static_cast<std::size_t>(origin / stride_) % pending_.size()];
  if (due.valid) judge(due, value);
  due.valid = false;
}

void HorizonLearner::judge(const Pending& due, double value) {
  note_record(due, value);
  const double memory = 2.0 * options_.spans.day / stride_, level = options_.levels[options_.planning];
  for (std::size_t m = 0; m < kMembers; ++m) {
    const auto upper = static_cast<double>(due.uppers[m]);
    if (std::isnan(upper)) continue;
    ++counts_[m];
    losses_[m] += (pinball(value, std::max(0.0, upper), level) - losses_[m]) / std::min<double>(counts_[m], memory);
  }
  weigh();
  correct(due, value);
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

void HorizonLearner::correct(const Pending& due, double value) {
  const auto served = static_cast<double>(due.served[options_.planning]);
  if (std::isnan(served)) return;
  const int judged = changes_.count();
  // The unit is what the members miss by, not what is served: one that grew with the correction would feed it.
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t m = 0; m < kMembers; ++m) {
    if (counts_[m] >= least_judged_) least = std::min(least, losses_[m]);
  }
  const double error = std::isfinite(least) ? kErrors * least : 0;
  const double share =
      std::max(std::min(kMostCorrection, kCorrection * stride_ / options_.spans.day), 1.0 / (judged + 5));
  for (std::size_t q = 0; q < options_.levels.size(); ++q) {
    const bool above = value > static_cast<double>(due.served[q]);
    correction_[q] += share * error * (above ? options_.levels[q] : options_.levels[q] - 1);
  }
  score_ = normal_score(value, {due.served.data(), options_.levels.size()}, options_.levels);
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
  if (Pending* const pending = take_slot()) pending->valid = false;
}

void HorizonLearner::issue(const Origin& origin) {
  const std::size_t n = options_.levels.size();
  const auto& [row, latest, level] = origin;
  std::array<Levels, kMembers> said;
  for (auto& levels : said) levels.fill(kNan);
  linear_.issue(row, latest, level);
  if (relative_) relative_->issue(row, latest, level);
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
  for (Levels& levels : said) {
    if (!usable({levels.data(), n})) levels.fill(kNan);
  }
  combine(said);
  Pending* const pending = take_slot();
  if (!pending) return;
  pending->valid = true;
  pending->latest = static_cast<float>(latest);
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
  for (std::size_t q = 0; q < n; ++q) served_[q] = served_[q] / total + correction_[q];
  std::sort(served_.begin(), served_.begin() + static_cast<std::ptrdiff_t>(n));
}

std::size_t HorizonLearner::bytes() const {
  std::size_t bytes = sizeof(*this) + pending_.size() * sizeof(Pending) + linear_.bytes() - sizeof(NewtonQuantiles);
  if (relative_) bytes += relative_->bytes() - sizeof(NewtonQuantiles);
  for (const Forest& forest : forests_) bytes += forest.bytes();
  return bytes;
}

}  // namespace forecasting
