// Two policies count as equal where their shares of requests within the SLO differ by at most 0.005 percentage points,
// or their costs by at most half a percent: such differences are luck.
#include "simulation/replay/verdict.h"

#include <cmath>
#include <utility>

#include "simulation/replay/figures.h"

namespace aia::simulation {
namespace {

constexpr double kEqualShare = 0.00005, kEqualCost = 0.005;

enum class Side { Better, Equal, Worse };

Side serving(const Score& one, const Score& other) {
  const double more = one.slo_share() - other.slo_share();
  return more > kEqualShare ? Side::Better : more < -kEqualShare ? Side::Worse : Side::Equal;
}

/// The paid hours: node-hours where the scenario has nodes, else GPU-hours.
double paid_hours(const Score& score) {
  return score.nodes ? score.nodes->hours : score.gpu_hours;
}

double extra_cost(const Score& one, const Score& other) {
  return paid_hours(other) > 0 ? paid_hours(one) / paid_hours(other) - 1 : 0;
}

Side cost(const Score& one, const Score& other) {
  const double extra = extra_cost(one, other);
  return extra < -kEqualCost ? Side::Better : extra > kEqualCost ? Side::Worse : Side::Equal;
}

std::string served(const Outcome& one, const Outcome& other, Millis slo_wait) {
  const double late = one.score.requests - one.score.within_slo, others = other.score.requests - other.score.within_slo;
  std::string text = one.policy.name + " served " + percent(one.score.slo_share()) + " of " +
                     figure(std::round(one.score.requests)) + " requests within " + span(slo_wait) + ", " +
                     other.policy.name + " " + percent(other.score.slo_share());
  if (serving(one.score, other.score) == Side::Equal) return text + ": no difference worth a name.";
  const double fewer = std::round(others) - std::round(late);
  return text + ": " + figure(std::abs(fewer)) + (fewer > 0 ? " fewer" : " more") + " waited longer.";
}

std::string paid(const Outcome& one, const Outcome& other) {
  const double hours = paid_hours(one.score) - paid_hours(other.score);
  const auto both = figure(paid_hours(one.score)) + " against " + figure(paid_hours(other.score));
  const std::string unit = one.score.nodes ? " node-hours" : " GPU-hours";
  if (cost(one.score, other.score) == Side::Equal) return "Both used about the same" + unit + " (" + both + ").";
  std::string text = one.policy.name + " used " + percent(std::abs(extra_cost(one.score, other.score))) +
                     (hours > 0 ? " more" : " fewer") + unit + " (" + both + ")";
  const double kept = one.score.within_slo - other.score.within_slo;
  if (hours > 0 && serving(one.score, other.score) == Side::Better)
    text += ": " + figure(hours / kept * 1000) + " for each thousand requests that it kept within the SLO";
  return text + ".";
}

std::string sum(const Outcome& one, const Outcome& other) {
  const auto service = serving(one.score, other.score), price = cost(one.score, other.score);
  if (service == Side::Better && price == Side::Worse)
    return "Replicas that are Ready in time were started a lead time early, and are paid for from then on: whether "
           "that "
           "is worth it depends on what a request that waits costs you.";
  if (service == Side::Better || (service == Side::Equal && price == Side::Better))
    return "Here " + one.policy.name + " was the better choice.";
  if (service == Side::Equal && price == Side::Equal) return "Here it made no difference which one decided.";
  if (service == Side::Worse && price == Side::Better)
    return "Here " + one.policy.name + " was cheaper, and paid for it with requests that waited.";
  return "Here " + other.policy.name + " was the better choice.";
}

/// A scenario in which no policy can serve the peak says more about its bounds than about policies.
std::string bounds(const Scenario& scenario) {
  double peak = 0;
  for (const double rps : scenario.trace.between(scenario.play_from(), scenario.trace.end()).values)
    if (rps > peak) peak = rps;
  const double needs = std::ceil(peak / scenario.per_replica_rps - 1e-9);
  if (needs <= scenario.highest()) return "";
  return "The highest demand needs " + figure(needs) + " replicas and --max-replicas allows " +
         std::to_string(scenario.highest()) + ": no policy could serve it.";
}

}  // namespace

std::vector<std::string> verdict(const Replay& replay) {
  std::vector<std::string> sentences;
  const auto& outcomes = replay.outcomes;
  for (std::size_t i = 1; i < outcomes.size(); ++i) {
    sentences.push_back(served(outcomes[0], outcomes[i], replay.scenario.slo_wait));
    sentences.push_back(paid(outcomes[0], outcomes[i]));
    sentences.push_back(sum(outcomes[0], outcomes[i]));
  }
  if (const auto text = bounds(replay.scenario); !text.empty()) sentences.push_back(text);
  for (auto& one : sentences) one = sentence(std::move(one));
  return sentences;
}

}  // namespace aia::simulation
