// What is replayed: a trace, the service that serves it and the settings of the controller. One value, so that every
// policy is given the same and a report can print it.
#pragma once

#include <optional>
#include <string>

#include "controller/api/autoscaler.h"
#include "controller/loop/settings.h"
#include "simulation/replay/trace.h"

namespace aia::simulation {

/// Nodes that must be there before a replica can start; a replica is on one node.
struct NodeScenario {
  Millis lead_min{std::chrono::minutes(4)};  ///< asked for to Ready is drawn for each node from here …
  Millis lead_max{std::chrono::minutes(6)};  ///< … to here
  int gpus_per_node = 8;
};

struct Scenario {
  Trace trace;                              ///< history and play, one after the other
  Millis history{std::chrono::hours(240)};  ///< at most so much of what lies before the play is known at its start
  Millis play{std::chrono::hours(24)};      ///< the end of the trace, played
  double per_replica_rps = 10;              ///< what one Ready replica serves
  Millis lead_min{
      std::chrono::minutes(6)};  ///< pod creation (with nodes: binding) to Ready is drawn for each from here …
  Millis lead_max{std::chrono::minutes(8)};  ///< … to here
  int gpus_per_replica = 8;
  Millis slo_wait{std::chrono::seconds(2)};  ///< a request that begins to be served this soon is within the SLO
  int min_replicas = 1;
  std::optional<int> max_replicas;      ///< unset: twice what the highest bin of the play needs
  std::optional<NodeScenario> nodes{};  ///< unset: there is room for every pod at once
  std::uint64_t seed = 1;               ///< of the scatter of arrivals and of lead times
  loop::Settings loop;                  ///< the controller's own, unscaled

  [[nodiscard]] WallTime play_from() const { return trace.end() - play; }
  [[nodiscard]] Millis known_history() const;       ///< `history`, or what there is
  [[nodiscard]] int needed(double rps) const;       ///< replicas that serve `rps`, within the bounds
  [[nodiscard]] int highest() const;                ///< max_replicas, or its default
  [[nodiscard]] int nodes_for(int replicas) const;  ///< that hold so many; 0 without nodes
};

/// Errors: Invalid, naming the flag and what to do.
Status validate(const Scenario& scenario);

}  // namespace aia::simulation
