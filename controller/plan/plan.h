// The planner: from what was observed and what is forecast to the replicas that must exist, with reasons. A pure
// function: `now` and history are arguments, so that what is replayed is the code that runs in the cluster. Rules 3-6,
// 8-10 and 12.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "controller/api/autoscaler.h"
#include "controller/api/codes.h"
#include "controller/api/trust.h"
#include "controller/plan/lead_time.h"
#include "controller/plan/memory.h"
#include "forecasting/values/fan.h"

namespace aia::plan {

using api::Action;
using api::Trust;

/// One demand entry as observed now, with its forecast.
struct DemandInput {
  api::DemandSpec spec;
  Trust trust = Trust::Missing;
  std::string trust_note;             ///< why not Whole, in words; goes into the reason. With Whole: what is not known
  std::optional<double> value;        ///< set unless Missing
  std::optional<double> confirmed{};  ///< as much of `value` as an earlier, independent sample shows, too; unset:
                                      ///< all of it
  std::optional<double> confirmed_backlog{}, confirmed_running{};  ///< likewise of `backlog` and `running`
  Millis data_age{0};                                              ///< age of the newest sample + half the rate window
  std::optional<double> backlog;                                   ///< requests waiting; unset: no query, or missing
  bool backlog_missing = false;           ///< a backlog query exists and gave no answer, or less than a whole one
  std::string backlog_note;               ///< why so, in words
  std::optional<double> running{};        ///< kind Queue: work in progress; unset: no query, or missing
  bool running_missing = false;           ///< a running query exists and gave no answer, or less than a whole one
  std::string running_note{};             ///< why so, in words
  const forecasting::Fan* fan = nullptr;  ///< nullptr: not eligible; the reactive rule stands alone
  std::string forecast_note;              ///< model and why, or why there is none
  bool per_pod = false;    ///< measured on the target's own pods: the load of pods that do not serve is not in it
  bool collapsed = false;  ///< `value` is far below every quantile that was forecast for now
};

/// Replicas as the pods show them. A start is a pod that was never Ready since its containers started; a pod that was
/// Ready and is not is lost capacity, and no start.
struct ReplicaInput {
  int spec = 0;                        ///< what /scale says
  int ready = 0;                       ///< serve now; where pods are unseen, what /scale counts
  std::vector<Millis> starting_ages;   ///< one per start that is neither finished nor deleting
  std::string rollout;                 ///< empty: settled, or stalled
  bool rollout_stalled = false;        ///< it made no progress for its deadline: pods of two versions are there
  std::vector<Millis> waiting_ages{};  ///< pods that wait for a node, apart from the starting ones: since creation
  std::vector<Millis> lost_ages{};     ///< one per lost pod: since it was last Ready
  std::vector<Millis> failing_ages{};  ///< starts whose containers restarted before they were Ready: since creation
  int came_up = 0;                     ///< starts that became Ready for the first time within the last two lead times
  bool ordered = false;                ///< pods start one after another: N replicas need N leads
  int unsteady = 0;                    ///< more that were lost at once, again and again, of late
  int missing = 0;                     ///< not Ready, and in place of replicas that were
  std::vector<int> ready_ranks{};      ///< of the Ready pods, ascending, where the highest rank is removed first
  bool removal_unknown = false;        ///< nobody knows which pods are removed first

  /// Pods of two versions are there, whether or not the rollout goes on.
  [[nodiscard]] bool rolls() const { return !rollout.empty() || rollout_stalled; }
  std::string lost_names{};  ///< of lost pods, in words
  std::string unseen{};      ///< why the pods cannot be seen; empty: they are
};

/// The node pool that a workload's nodes come from. A replica that finds a free node takes the pod lead, any other the
/// node lead on top; the two are measured apart and never mixed (rule 3).
struct NodeRoom {
  Millis lead{0};      ///< P90 from asking for a node to its being Ready with its GPUs
  int replicas = 0;    ///< more replicas that the pool's free nodes hold now
  bool ahead = false;  ///< nodes are asked for ahead, so that no replica has to be started early for its node's sake
};

/// A recommendation of an earlier cycle, before stabilisation.
struct PastRecommendation {
  WallTime at{};
  int replicas = 0;
  int needed = 0;  ///< of them, without what was held
};

/// The windows below are where cost and latency are traded: longer keeps more replicas, shorter pays more restarts.
struct Settings {
  Millis cycle{std::chrono::seconds(15)};
  Millis scale_down_stabilization{std::chrono::seconds(300)};  ///< where the spec has none
  Millis drain{std::chrono::seconds(60)};  ///< a backlog is to be gone this long after capacity for it is ready …
  double drain_leads = 1.0;  ///< … but no sooner than this many lead times: else a short jam starts replicas that work
                             ///< for less time than they took to start. 0: `drain` alone
  double keep_leads = 2.0;    ///< a replica needed again within this many lead times is kept: off for one, back for one
  double start_leads = 1.25;  ///< what is started now is planned for the largest demand from one lead time ahead to so
                              ///< many, at least one cycle (docs/decisions/0011)
};

struct Input {
  WallTime now{};
  api::AutoscalerSpec spec;
  std::vector<DemandInput> demand;  ///< one per spec.demand, in order
  ReplicaInput replicas;
  LeadTime lead;                    ///< of a pod; with a pool, from its being bound
  std::optional<NodeRoom> nodes{};  ///< unset: no pool is named, its nodes are somebody else's business
  /// Within the longest stabilisation window, or a lead time where that is longer, oldest first. The caller seeds it
  /// with the current replicas when it starts, so that a restart never cuts; empty counts as that.
  std::vector<PastRecommendation> history;
  bool warmed_up = false;  ///< history and caches are in: before that nothing is scaled in
  std::string unseen;      ///< which changes to the cluster cannot be seen, the spec's included; empty: none
  std::string conflict;    ///< empty: we are the only owner; else who owns it
  bool owner_knows_no_bounds = false;  ///< the other owner only sets replicas back: minReplicas is ours to keep
  Memory memory{};                     ///< of the decision before; empty after a start
};

/// What one demand entry came to; becomes its Forecast's columns.
struct DemandFigures {
  std::optional<double> ahead, upper;   ///< median and planning quantile at the lead horizon; unset without a fan
  Millis lead{0};                       ///< pod lead + data age
  std::optional<double> queue_at_lead;  ///< requests waiting by then if nothing changed
  std::optional<int> reactive;          ///< replicas for need(now); unset: missing or stale
  Millis served_until{0};               ///< what is started now is planned to serve from `lead` to here
  std::optional<double> served_upper;   ///< largest pointwise planning quantile in that time; unset without a fan
  std::optional<int> start;             ///< replicas that it needs, the queue at the lead included; unset without a fan
  std::optional<int> keep;              ///< replicas needed before a restart would have paid; unset without a fan
  std::optional<int> confirmed;         ///< of those, what earlier samples show, too
  bool unconfirmed = false;             ///< `value` asks for more than `reactive`, and no second sample confirms it
  std::optional<int> far;               ///< most replicas from `lead` until a node asked for now serves; unset without
                                        ///< a fan or a pool

  /// Replicas that this demand needs now or when what is started now is ready; unset: nothing is known of it.
  [[nodiscard]] std::optional<int> needed() const { return std::max(reactive, start); }
};

struct Decision {
  Action action = Action::Hold;  ///< what `desired` asks for against what /scale says; with a different `desired`, Hold
                                 ///< means that it would, but must not act
  std::optional<int> desired;    ///< what should be, set by every decide(): the current replicas when nothing is known
  std::optional<int>
      recommendation;       ///< before stabilisation: goes into the next cycle's history; unset: nothing is known
  int needed = 0;           ///< of the recommendation: without what is held
  std::optional<int> far;   ///< most that will be wanted until a node asked for now serves, within the bounds; unset
                            ///< without a forecast or a pool
  bool cut_by_max = false;  ///< max cut the need
  bool limited = false;     ///< max or min cut the need
  std::optional<api::Reason> starts_stuck;  ///< most recent starts do not come up, so that nothing more is started
                                            ///< ahead of demand; unset: they do
  std::optional<api::Reason> not_serving;   ///< pods that were lost, or do not come up, and since when; unset: none
  std::optional<Held> held;                 ///< what keeps replicas that nobody needs; unset: nothing
  Memory memory;                            ///< for the next decision
  std::vector<DemandFigures> figures;       ///< one per demand, in order
  api::Reasons reasons;                     ///< in the order in which they shaped the number, at most 16
};

/// Never throws. `desired` lies within [min, max], except that replicas which a person set to 0 stay 0. Replicas
/// outside the bounds are brought back to them whatever the data says, because max is hard. Any other ScaleIn needs
/// every demand Whole, warmed_up, no rollout, and Ready pods for what is wanted; with anything unseen there is none at
/// all, because the spec may have changed; with a conflict the action is Hold, but for a return to minReplicas.
Decision decide(const Input& input, const Settings& settings);

}  // namespace aia::plan
