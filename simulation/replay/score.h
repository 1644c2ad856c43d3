// The figures a replay is judged by. Pure functions over a timeline and the service's own sums: a claim about an
// autoscaler is only as good as the definition of its figure, so each has one here. The definitions are those of
// tests/e2e/scorecard.py.
#pragma once

#include <optional>
#include <vector>

#include "simulation/replay/scenario.h"
#include "simulation/service.h"

namespace aia::simulation {

/// The service at one moment.
struct Moment {
  WallTime at{};
  double demand_rps = 0;  ///< of the trace's bin
  int existing = 0;       ///< replicas created and not deleted
  int ready = 0;
  double queue = 0;  ///< requests waiting
  int nodes = 0;     ///< there, or asked for
};

/// What came of nodes.
struct NodeScore {
  double hours = 0;    ///< from each node's being asked for until it was removed: that is what is paid for
  double at_once = 1;  ///< share of the new pods that were bound within kAtOnce of their creation; 1: there were none
  Millis wait_p90{0};  ///< of new pods for their node; one that was deleted, or still waits, waited so long at least
};
inline constexpr Millis kAtOnce{std::chrono::seconds(2)};

struct Score {
  double requests = 0;
  double within_slo = 0;     ///< of those, began to be served within the SLO's wait
  double replica_hours = 0;  ///< from creation on: a GPU is paid for while it loads
  double gpu_hours = 0;
  double worst_queue = 0;            ///< requests
  Millis longest_wait{0};            ///< of any request; those still waiting at the end included
  double covered = 0;                ///< share of the time with Ready capacity ≥ demand
  std::optional<double> late_leads;  ///< how late capacity came in the rise to the peak, see lateness(); unset: no rise
  int started = 0;                   ///< replicas created
  std::optional<NodeScore> nodes{};  ///< unset: there were none

  /// Share of the requests; 1 when there were none.
  [[nodiscard]] double slo_share() const { return requests > 0 ? within_slo / requests : 1; }
};

/// How late capacity came, the median over the replicas that the rise asked for. Replica k + 1 is asked for when demand
/// first exceeds k × per_replica_rps; it is late by the time from then until k + 1 are Ready, 0 when they are already.
/// What demand exceeds at the first moment was asked for earlier and does not count; a replica that never came is as
/// late as the timeline is long. Unset: demand asked for no more than at first.
std::optional<Millis> lateness(const std::vector<Moment>& timeline, double per_replica_rps);

/// Share of the timeline's moments with Ready capacity ≥ demand; 1 when it is empty.
double covered_share(const std::vector<Moment>& timeline, double per_replica_rps);

/// Replicas created, by how often `existing` rose.
int replicas_started(const std::vector<Moment>& timeline);

/// The middle of the scenario's lead times: what "a lead" is in figures.
Millis typical_lead(const Scenario& scenario);

Score score_of(const Scenario& scenario, const ServiceTotals& totals, const std::vector<Moment>& timeline);

NodeScore node_score(double node_seconds, std::vector<Millis> waits);

/// Replica-hours of exactly the replicas that each bin of the play needs, within the bounds: what a policy that knows
/// the future and starts replicas in no time would use.
double clairvoyant_replica_hours(const Scenario& scenario);

/// The node-hours of the same, 0 without nodes.
double clairvoyant_node_hours(const Scenario& scenario);

}  // namespace aia::simulation
