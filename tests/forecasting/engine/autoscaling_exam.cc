#include "tests/forecasting/engine/autoscaling_exam.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace forecasting::testing {
namespace {

constexpr int kParts = 10;  // decisions a step

/// Everything in parts of a step: decisions, readiness and judgement happen between samples too.
class Player {
 public:
  Player(const std::vector<double>& demand, const ExamOptions& options) : demand_(demand), options_(options) {
    Forecaster forecaster(options.forecaster);
    const Duration step = options.forecaster.step;
    forecaster.set_planning_horizon(ahead(options.lead_steps + options.data_age_steps));
    for (std::size_t i = 0; i < demand.size(); ++i) {
      forecaster.update(TimePoint{static_cast<long>(i) * step}, demand[i]);
      fans_.push_back(forecaster.summary().eligible ? forecaster.fan() : Fan{});
    }
  }

  ExamResult play(const Policy& policy) const {
    std::vector<int> recommended;
    double latest = 0;
    for (int part = 0; part < parts(); ++part) recommended.push_back(recommend(part, policy, latest));
    const int hold = static_cast<int>(std::lround(policy.hold * options_.lead_steps * kParts));
    const int lead = static_cast<int>(std::lround(options_.lead_steps * kParts));
    std::vector<int> desired(recommended.size());
    std::vector<int> ready(recommended.size());
    for (int part = 0; part < parts(); ++part) {
      const auto begin = recommended.begin() + std::max(0, part - hold);
      desired[at(part)] = *std::max_element(begin, recommended.begin() + part + 1);
      ready[at(part)] = *std::min_element(desired.begin() + std::max(0, part - lead), desired.begin() + part + 1);
    }
    return judge(desired, ready);
  }

 private:
  static std::size_t at(int index) { return static_cast<std::size_t>(index); }
  int parts() const { return static_cast<int>(demand_.size()) * kParts; }
  int need(double rps) const { return std::max(1, static_cast<int>(std::ceil(rps / options_.per_replica - 1e-9))); }
  Duration ahead(double steps) const {
    return Duration{std::llround(steps * static_cast<double>(options_.forecaster.step.count()))};
  }

  int recommend(int part, const Policy& policy, double& latest) const {
    const double now = static_cast<double>(part) / kParts;
    const int known = static_cast<int>(std::floor(now - options_.data_age_steps + 1e-9));
    if (known < 0) return 1;
    if (!std::isnan(demand_[at(known)])) latest = demand_[at(known)];
    const Fan& fan = fans_[at(known)];
    if (!policy.forecast || fan.empty()) return need(latest);
    const TimePoint from{ahead(now + policy.window_from * options_.lead_steps)};
    const TimePoint to{ahead(now + policy.window_to * options_.lead_steps)};
    const double level = policy.level > 0 ? policy.level : options_.forecaster.planning_level;
    const int planned = need(fan.pointwise_max(from, to, level));
    return policy.reactive_floor ? std::max(planned, need(latest)) : planned;
  }

  /// Rise over one lead time that makes a judged step one of the steepest tenth.
  double steep_rise() const {
    std::vector<double> rises;
    for (int i = options_.judged_from; i < options_.judged_to; ++i) {
      if (!std::isnan(rise(i))) rises.push_back(rise(i));
    }
    std::sort(rises.begin(), rises.end());
    return rises.empty() ? 0 : rises[rises.size() * 9 / 10];
  }

  double rise(int i) const {
    const int before = i - static_cast<int>(std::lround(options_.lead_steps));
    return before < 0 ? 0 : demand_[at(i)] - demand_[at(before)];
  }

  ExamResult judge(const std::vector<int>& desired, const std::vector<int>& ready) const {
    const double steep = steep_rise();
    ExamResult result;
    double cost = 0, ready_cost = 0, clairvoyant = 0;
    int attained = 0, steep_steps = 0, steep_attained = 0;
    for (int i = options_.judged_from; i < options_.judged_to; ++i) {
      if (std::isnan(demand_[at(i)])) continue;
      int least = ready[at(i * kParts)];
      for (int part = i * kParts; part < (i + 1) * kParts; ++part) {
        least = std::min(least, ready[at(part)]);
        cost += desired[at(part)];
        ready_cost += ready[at(part)];
      }
      clairvoyant += kParts * need(demand_[at(i)]);
      const bool met = least * options_.per_replica >= demand_[at(i)];
      ++result.judged;
      attained += met;
      if (rise(i) >= steep) steep_attained += met, ++steep_steps;
    }
    result.attained = static_cast<double>(attained) / std::max(result.judged, 1);
    result.attained_steep = static_cast<double>(steep_attained) / std::max(steep_steps, 1);
    result.cost = cost / std::max(clairvoyant, 1.0);
    result.ready_cost = ready_cost / std::max(clairvoyant, 1.0);
    return result;
  }

  const std::vector<double>& demand_;
  ExamOptions options_;
  std::vector<Fan> fans_;  ///< seen after each step; empty where not eligible
};

}  // namespace

std::vector<ExamResult> play(const std::vector<double>& demand, const std::vector<Policy>& policies,
                             const ExamOptions& options) {
  const Player player(demand, options);
  std::vector<ExamResult> results;
  for (const Policy& policy : policies) results.push_back(player.play(policy));
  return results;
}

}  // namespace forecasting::testing
