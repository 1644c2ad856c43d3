#include "forecasting/quantile/horizon_learner.h"

#include <algorithm>
#include <cmath>

namespace forecasting {
namespace {

constexpr double kSharpness = 6;          // weights fall with this power of the loss, once it is known
constexpr double kKnown = 200;            // judged spans of the horizon after which half of that power holds
constexpr double kPrune = 1.5;            // a member so much worse than the last value has no weight
constexpr int kLeastJudged = 50;          // before them a member has none, unless nobody has
constexpr double kCorrection = 2;         // of the mean error, a day
constexpr double kMostCorrection = 0.02;  // of it, a step
constexpr std::array<double, HorizonLearner::kMembers> kPrior{0.1, 1, 1, 0.7};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double pinball(double value, double quantile, double level) {
  const double error = value - quantile;
  return error >= 0 ? level * error : (level - 1) * error;
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
      pending_(static_cast<std::size_t>(options.steps / stride_ + 1)),
      changes_(std::max(2, 3 * options.spans.day / stride_), options.levels[options.planning]),
      linear_(learner(options, false)),
      relative_(learner(options, true)) {
  served_.fill(kNan);
  weigh();
}

void HorizonLearner::mature(double value) {
  linear_.mature(value), relative_.mature(value);
  const long origin = now_ - options_.steps;
  if (origin < 0 || origin % stride_ != 0 || std::isnan(value)) return;
  Pending& due = pending_[static_cast<std::size_t>(origin / stride_) % pending_.size()];
  if (due.valid) judge(due, value);
  due.valid = false;
}

void HorizonLearner::judge(const Pending& due, double value) {
  ++judged_;
  const double memory = 2.0 * options_.spans.day / stride_, level = options_.levels[options_.planning];
  for (std::size_t m = 0; m < kMembers; ++m) {
    const auto upper = static_cast<double>(due.uppers[m]);
    if (std::isnan(upper)) continue;
    ++counts_[m];
    losses_[m] += (pinball(value, std::max(0.0, upper), level) - losses_[m]) / std::min<double>(counts_[m], memory);
  }
  weigh();
  const auto served = static_cast<double>(due.served[options_.planning]);
  if (!std::isnan(served)) {
    error_ += (std::fabs(value - served) - error_) / std::min<double>(judged_, options_.spans.day);
    const double share =
        std::max(std::min(kMostCorrection, kCorrection * stride_ / options_.spans.day), 1.0 / (judged_ + 5));
    for (std::size_t q = 0; q < options_.levels.size(); ++q) {
      const bool above = value > static_cast<double>(due.served[q]);
      correction_[q] += share * error_ * (above ? options_.levels[q] : options_.levels[q] - 1);
    }
  }
  changes_.add(value - static_cast<double>(due.latest));
}

void HorizonLearner::weigh() {
  weights_.fill(0);
  const double spans = static_cast<double>(judged_) * stride_ / options_.steps;
  const double power = kSharpness * spans / (spans + kKnown);
  double best = std::numeric_limits<double>::infinity(), sum = 0;
  for (std::size_t m = 0; m < kMembers; ++m) {
    if (counts_[m] >= kLeastJudged) best = std::min(best, losses_[m]);
  }
  for (std::size_t m = 0; m < kMembers; ++m) {
    const bool pruned = counts_[m] < kLeastJudged || losses_[m] > kPrune * losses_[kLastValue];
    if (pruned && m != kLastValue) continue;
    weights_[m] = kPrior[m] * (losses_[m] > 0 && std::isfinite(best) ? std::pow(best / losses_[m], power) : 1);
    sum += weights_[m];
  }
  for (double& weight : weights_) weight /= sum;
}

void HorizonLearner::issue(const Row& row, double latest, double level, bool missing) {
  std::array<Levels, kMembers> said;
  for (auto& levels : said) levels.fill(kNan);
  const std::size_t n = options_.levels.size();
  linear_.issue(row, latest, level, missing), relative_.issue(row, latest, level, missing);
  if (judged_ >= kLeastJudged) {
    for (std::size_t q = 0; q < n; ++q) said[kLastValue][q] = latest + changes_.quantile(options_.levels[q]);
  }
  linear_.predict(row, latest, level, {said[kLinear].data(), n});
  relative_.predict(row, latest, level, {said[kRelative].data(), n});
  if (!forests_.empty()) {
    // Each forest speaks for its own levels; together they speak for all.
    std::size_t at = 0;
    for (const Forest& forest : forests_) {
      std::fill_n(said[kTrees].begin() + static_cast<std::ptrdiff_t>(at), forest.levels.size(), latest);
      forest.predict(row, {said[kTrees].data() + at, forest.levels.size()});
      at += forest.levels.size();
    }
  }
  served_.fill(kNan);
  double total = 0;
  for (std::size_t m = 0; m < kMembers; ++m) {
    if (weights_[m] <= 0 || std::isnan(said[m][options_.planning])) continue;
    for (std::size_t q = 0; q < n; ++q) served_[q] = (total > 0 ? served_[q] : 0) + weights_[m] * said[m][q];
    total += weights_[m];
  }
  for (std::size_t q = 0; q < n && total > 0; ++q) served_[q] = served_[q] / total + correction_[q];
  if (total > 0) std::sort(served_.begin(), served_.begin() + static_cast<std::ptrdiff_t>(n));
  const long now = now_++;
  if (now % stride_ != 0) return;
  Pending& pending = pending_[static_cast<std::size_t>(now / stride_) % pending_.size()];
  pending.valid = !missing;
  pending.latest = static_cast<float>(latest);
  for (std::size_t m = 0; m < kMembers; ++m) pending.uppers[m] = static_cast<float>(said[m][options_.planning]);
  for (std::size_t q = 0; q < n; ++q) pending.served[q] = static_cast<float>(served_[q]);
}

std::size_t HorizonLearner::bytes() const {
  std::size_t bytes = sizeof(*this) - 2 * sizeof(NewtonQuantiles) + pending_.size() * sizeof(Pending) +
                      linear_.bytes() + relative_.bytes();  // theirs count themselves
  for (const Forest& forest : forests_) bytes += forest.bytes();
  return bytes;
}

}  // namespace forecasting
