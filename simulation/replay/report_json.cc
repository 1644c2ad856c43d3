// Numbers are rounded to six significant digits before they are written, so that the text is short and the last bits of
// a sum do not show. Unknown figures are null.
#include "simulation/replay/report_json.h"

#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "simulation/replay/verdict.h"

namespace aia::simulation {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  const auto rounded = parse_decimal(format_measured(value));
  return rounded ? *rounded : value;
}

Json number(const std::optional<double>& value) {
  return value ? number(*value) : Json(nullptr);
}

double seconds(Millis duration) {
  return std::chrono::duration<double>(duration).count();
}

Json scenario_json(const Scenario& s) {
  Json json;
  json["trace"] = s.trace.name;
  json["from"] = format_rfc3339(s.play_from());
  json["to"] = format_rfc3339(s.trace.end());
  json["history_s"] = number(seconds(s.known_history()));
  json["per_replica_rps"] = number(s.per_replica_rps);
  json["lead_time_s"] = {{"min", number(seconds(s.lead_min))}, {"max", number(seconds(s.lead_max))}};
  json["gpus_per_replica"] = s.gpus_per_replica;
  if (s.nodes) {
    json["node_lead_s"] = {{"min", number(seconds(s.nodes->lead_min))}, {"max", number(seconds(s.nodes->lead_max))}};
    json["gpus_per_node"] = s.nodes->gpus_per_node;
  }
  json["slo_wait_s"] = number(seconds(s.slo_wait));
  json["min_replicas"] = s.min_replicas;
  json["max_replicas"] = s.highest();
  json["cycle_s"] = number(seconds(s.loop.cycle));
  json["grid_step_s"] = number(seconds(s.loop.grid_step));
  json["seed"] = s.seed;
  return json;
}

Json outcome_json(const Outcome& outcome) {
  const auto& score = outcome.score;
  Json json;
  json["name"] = outcome.policy.name;
  json["about"] = outcome.policy.about;
  json["model"] = outcome.model;
  json["skill"] = number(outcome.skill);
  json["requests"] = number(score.requests);
  json["within_slo"] = number(score.within_slo);
  json["within_slo_share"] = number(score.slo_share());
  json["worst_queue"] = number(score.worst_queue);
  json["longest_wait_s"] = number(seconds(score.longest_wait));
  json["covered_share"] = number(score.covered);
  json["late_leads"] = number(score.late_leads);
  json["replica_hours"] = number(score.replica_hours);
  json["gpu_hours"] = number(score.gpu_hours);
  json["replicas_started"] = score.started;
  if (score.nodes) {
    json["node_hours"] = number(score.nodes->hours);
    json["bound_at_once_share"] = number(score.nodes->at_once);
    json["node_wait_p90_s"] = number(seconds(score.nodes->wait_p90));
  }
  json["errors"] = outcome.errors;
  return json;
}

}  // namespace

std::string report_json(const Replay& replay) {
  Json json;
  json["scenario"] = scenario_json(replay.scenario);
  json["policies"] = Json::array();
  for (const auto& outcome : replay.outcomes) json["policies"].push_back(outcome_json(outcome));
  const double bound = replay.clairvoyant_replica_hours;
  json["clairvoyant"] = {{"replica_hours", number(bound)},
                         {"gpu_hours", number(bound * replay.scenario.gpus_per_replica)}};
  if (replay.scenario.nodes) json["clairvoyant"]["node_hours"] = number(replay.clairvoyant_node_hours);
  json["verdict"] = verdict(replay);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace aia::simulation
