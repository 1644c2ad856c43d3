// A figure that is unknown, or that the clairvoyant bound has no value for, is a dash. The HTML report picks its cards
// by the order of these columns.
#include "simulation/replay/table.h"

#include <cmath>

#include "simulation/replay/figures.h"

namespace aia::simulation {
namespace {

constexpr const char* kNone = "–";

std::string leads(const std::optional<double>& late) {
  if (!late) return kNone;
  return *late == 0 ? "in time" : figure(*late) + (*late == 1 ? " lead" : " leads");
}

void add_nodes(std::vector<std::string>& row, const NodeScore& score) {
  row.insert(row.end(), {figure(score.hours), percent(score.at_once), span(score.wait_p90)});
}

}  // namespace

Table table_of(const Replay& replay) {
  Table table;
  table.heads = {"",
                 "within " + span(replay.scenario.slo_wait),
                 "waited longer",
                 "worst queue",
                 "longest wait",
                 "GPU-hours",
                 "replicas started",
                 "late by"};
  const bool nodes = replay.scenario.nodes.has_value();
  if (nodes) table.heads.insert(table.heads.end(), {"node-hours", "found a node", "wait for one"});
  for (const auto& outcome : replay.outcomes) {
    const auto& score = outcome.score;
    table.rows.push_back({outcome.policy.name, percent(score.slo_share()),
                          figure(std::round(score.requests - score.within_slo)), figure(std::round(score.worst_queue)),
                          score.longest_wait > Millis(0) ? span(score.longest_wait) : kNone, figure(score.gpu_hours),
                          figure(score.started), leads(score.late_leads)});
    if (nodes) add_nodes(table.rows.back(), score.nodes.value_or(NodeScore{}));
  }
  const double bound = replay.clairvoyant_replica_hours * replay.scenario.gpus_per_replica;
  table.rows.push_back({"clairvoyant", kNone, kNone, kNone, kNone, figure(bound), kNone, kNone});
  if (nodes) table.rows.back().insert(table.rows.back().end(), {figure(replay.clairvoyant_node_hours), kNone, kNone});
  return table;
}

}  // namespace aia::simulation
