// A scenario is the input of a replay: a trace, the service under this demand, and the settings of the controller. All
// of it is a single value, so that every policy gets the same scenario and a report can print the scenario.
#pragma once

#include <optional>
#include <string>

#include "controller/api/autoscaler.h"
#include "controller/loop/cycle/settings.h"
#include "simulation/replay/trace.h"

namespace aia::simulation {

/// Nodes, which must be Ready before a replica can start. A replica fits on a single node.
struct NodeScenario {
  Millis lead_min{std::chrono::minutes(4)};  ///< request to Ready, drawn for each node from here …
  Millis lead_max{std::chrono::minutes(6)};  ///< … to here
  int gpus_per_node = 8;
};

struct Scenario {
  Trace trace;                              ///< the history, then the play
  Millis history{std::chrono::hours(240)};  ///< at most this much of the trace before the play is known at its start
  Millis play{std::chrono::hours(24)};      ///< length of the play, at the end of the trace
  double per_replica_rps = 10;              ///< capacity of a Ready replica
  Millis lead_min{
      std::chrono::minutes(6)};  ///< creation (with nodes: binding) to Ready, drawn for each pod from here …
  Millis lead_max{std::chrono::minutes(8)};  ///< … to here
  int gpus_per_replica = 8;
  Millis slo_wait{std::chrono::seconds(2)};  ///< the SLO: a request begins to be served within this time
  int min_replicas = 1;
  std::optional<int> max_replicas;      ///< unset: twice the need of the highest bin of the play
  std::optional<NodeScenario> nodes{};  ///< unset: there is room for every pod at once
  std::uint64_t seed = 1;               ///< seed of the scatter of arrivals and of lead times
  loop::Settings loop;                  ///< settings of the controller, in unscaled time

  [[nodiscard]] WallTime play_from() const { return trace.end() - play; }
  [[nodiscard]] Millis known_history() const;       ///< `history`, or the shorter part of the trace before the play
  [[nodiscard]] int needed(double rps) const;       ///< replicas that serve `rps`, within the bounds
  [[nodiscard]] int highest() const;                ///< max_replicas, or its default
  [[nodiscard]] int nodes_for(int replicas) const;  ///< nodes that hold `replicas`; 0 without nodes
};

/// Errors: Invalid, with the flag and a remedy.
Status validate(const Scenario& scenario);

}  // namespace aia::simulation
