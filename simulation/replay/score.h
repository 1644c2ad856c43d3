// The figures by which a replay is judged, as pure functions over a timeline and the service's own sums. A claim about
// an autoscaler is only as good as the definition of its figure, so this file defines each figure. The definitions are
// the same as in tests/e2e/scorecard.py.
#pragma once

#include <optional>
#include <vector>

#include "simulation/replay/scenario.h"
#include "simulation/service.h"

namespace aia::simulation {

/// The service at a moment.
struct Moment {
  WallTime at{};
  double demand_rps = 0;  ///< demand of the trace's bin
  int existing = 0;       ///< replicas created and not deleted
  int ready = 0;
  double queue = 0;  ///< requests waiting
  int nodes = 0;     ///< nodes, requested nodes included
};

/// The figures of nodes.
struct NodeScore {
  double hours = 0;    ///< node-hours from each node's request to its removal, which is the paid time
  double at_once = 1;  ///< share of the new pods bound within kAtOnce of their creation; 1: no new pods
  Millis wait_p90{0};  ///< wait of new pods for a node; for deleted and waiting pods the wait so far
};
inline constexpr Millis kAtOnce{std::chrono::seconds(2)};

struct Score {
  double requests = 0;
  double within_slo = 0;     ///< requests whose service began within the SLO's wait
  double replica_hours = 0;  ///< from creation on, because a GPU is paid for while its pod loads
  double gpu_hours = 0;
  double worst_queue = 0;            ///< requests
  Millis longest_wait{0};            ///< of any request, requests that wait at the end included
  double covered = 0;                ///< share of the time with Ready capacity ≥ demand
  std::optional<double> late_leads;  ///< how late capacity came in the rise to the peak, see lateness(); unset: no rise
  int started = 0;                   ///< replicas created
  std::optional<NodeScore> nodes{};  ///< unset: a scenario without nodes

  /// Share of the requests within the SLO; 1 without requests.
  [[nodiscard]] double slo_share() const { return requests > 0 ? within_slo / requests : 1; }
};

/// How late capacity came: the median over the replicas that a rise of demand needs. Replica k + 1 is needed when
/// demand first exceeds k × per_replica_rps. Its lateness is the time from then until k + 1 replicas are Ready, 0 when
/// they are Ready already. A replica that never comes is late until the end of the timeline. Replicas that demand needs
/// at the first moment do not count. Unset: demand never needs more replicas than at the first moment.
std::optional<Millis> lateness(const std::vector<Moment>& timeline, double per_replica_rps);

/// Share of the timeline's moments with Ready capacity ≥ demand; 1 for an empty timeline.
double covered_share(const std::vector<Moment>& timeline, double per_replica_rps);

/// Replicas created, by how often `existing` rose.
int replicas_started(const std::vector<Moment>& timeline);

/// The middle of the scenario's lead times, which is the unit "lead" of the figures.
Millis typical_lead(const Scenario& scenario);

Score score_of(const Scenario& scenario, const ServiceTotals& totals, const std::vector<Moment>& timeline);

NodeScore node_score(double node_seconds, std::vector<Millis> waits);

/// Replica-hours of exactly the replicas that each bin of the play needs, within the bounds. A policy that knows the
/// future and starts replicas in no time would use as many.
double clairvoyant_replica_hours(const Scenario& scenario);

/// Node-hours of the nodes for these replicas, 0 without nodes.
double clairvoyant_node_hours(const Scenario& scenario);

}  // namespace aia::simulation
