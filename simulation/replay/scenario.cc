// Derived figures of a scenario and its validation. Error messages begin with the flag of the replay command that sets
// the value, because a scenario is made from its flags.
#include "simulation/replay/scenario.h"

#include <algorithm>
#include <cmath>

#include "controller/api/accelerator_pool.h"
#include "controller/api/validate.h"

namespace aia::simulation {
namespace {

constexpr Millis kSecond(1000);
constexpr Millis kLeastHistory = std::chrono::hours(48);  // two seasons by the spec's default
constexpr double kMostReplicas = 10'000;                  // because every pod is simulated

Error wrong(const std::string& message) {
  return {ErrorKind::Invalid, message, {}};
}

double peak(const Scenario& scenario) {
  double highest = 0;
  const auto played = scenario.trace.between(scenario.play_from(), scenario.trace.end());
  for (const double rps : played.values) highest = std::isnan(rps) ? highest : std::max(highest, rps);
  return highest;
}

Status validate_times(const Scenario& s) {
  if (s.trace.step < kSecond || s.trace.step % kSecond != Millis(0))
    return wrong("--input: its steps are " + format_duration(s.trace.step) + " long; they must be whole seconds");
  if (s.play < s.trace.step || s.play % kSecond != Millis(0))
    return wrong("--play: must be whole seconds and at least one step of the trace, " + format_duration(s.trace.step));
  if (s.history < kLeastHistory || s.history > api::kLongestHistory)
    return wrong("--history: must lie between " + format_duration(kLeastHistory) + " and " +
                 format_duration(api::kLongestHistory) + ": a day's rhythm is seen twice at least");
  if (s.play + kLeastHistory > s.trace.length()) {
    return wrong("--play: the trace is " + format_duration(s.trace.length()) + " long, too short to play " +
                 format_duration(s.play) + " of it after " + format_duration(kLeastHistory) +
                 " of history: a day's rhythm is seen twice at least");
  }
  if (s.lead_min < kSecond || s.lead_max < s.lead_min || s.lead_max > api::kLongestLead)
    return wrong("--lead-time: must be MIN..MAX, from 1s to " + format_duration(api::kLongestLead));
  if (s.loop.cycle >= s.play)
    return wrong("--cycle: must be shorter than what is played, " + format_duration(s.play) +
                 ": else nothing is ever scaled");
  if (s.nodes &&
      (s.nodes->lead_min < kSecond || s.nodes->lead_max < s.nodes->lead_min || s.nodes->lead_max > api::kLongestLead))
    return wrong("--node-lead: must be MIN..MAX, from 1s to " + format_duration(api::kLongestLead));
  if (s.slo_wait < Millis(0)) return wrong("--slo-wait: must not be negative");
  return done;
}

}  // namespace

Millis Scenario::known_history() const {
  return std::min(history, play_from() - trace.start);
}

int Scenario::needed(double rps) const {
  const double whole = std::ceil(rps / per_replica_rps - 1e-9);
  return static_cast<int>(std::clamp(whole, static_cast<double>(min_replicas), static_cast<double>(highest())));
}

int Scenario::highest() const {
  if (max_replicas) return *max_replicas;
  return std::max(min_replicas, 2 * static_cast<int>(std::ceil(peak(*this) / per_replica_rps)));
}

int Scenario::nodes_for(int replicas) const {
  if (!nodes) return 0;
  const int on_each = std::max(1, nodes->gpus_per_node / gpus_per_replica);
  return (replicas + on_each - 1) / on_each;
}

Status validate(const Scenario& s) {
  const auto times = validate_times(s);
  if (!times) return times;
  if (!(s.per_replica_rps > 0)) return wrong("--per-replica: must be greater than 0");
  if (s.gpus_per_replica < 1) return wrong("--gpus-per-replica: must be at least 1");
  if (s.nodes && (s.nodes->gpus_per_node < s.gpus_per_replica || s.nodes->gpus_per_node > api::kMaxGpusPerNode))
    return wrong("--gpus-per-node: must be from --gpus-per-replica, " + std::to_string(s.gpus_per_replica) + ", to " +
                 std::to_string(api::kMaxGpusPerNode) + ": a replica is on one node");
  if (s.min_replicas < 1) return wrong("--min-replicas: must be at least 1");
  if (s.max_replicas && (*s.max_replicas < s.min_replicas || *s.max_replicas > kMostReplicas))
    return wrong("--max-replicas: must lie between --min-replicas and 10000");
  if (!s.max_replicas && 2 * peak(s) / s.per_replica_rps > kMostReplicas) {
    return wrong("--per-replica: the highest demand played, " + std::to_string(std::llround(peak(s))) +
                 "/s, needs more than 5000 replicas; is it what ONE replica serves a second? Else set --max-replicas");
  }
  const auto played = s.trace.between(s.play_from(), s.trace.end()).values;
  if (std::all_of(played.begin(), played.end(), [](double value) { return std::isnan(value); }))
    return wrong("--input: every value of the played part is missing");
  return done;
}

}  // namespace aia::simulation
