// The planner: turns observations and forecasts into the replicas that must exist, with reasons. A pure function: `now`
// and the history are arguments, so that a replay runs the same code as the cluster (rules 3-6, 8-10 and 12).
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

/// A demand entry as observed now, with its forecast.
struct DemandInput {
  api::DemandSpec spec;
  Trust trust = Trust::Missing;
  std::string trust_note;       ///< why not Whole, in words; goes into the reason. With Whole: data that is not known
  std::optional<double> value;  ///< set unless Missing
  std::optional<double> confirmed{};  ///< the part that an earlier, independent sample confirms; unset: all of `value`
  std::optional<double> confirmed_backlog{}, confirmed_running{};  ///< likewise for `backlog` and `running`
  Millis data_age{0};                                              ///< age of the newest sample + half the rate window
  std::optional<double> backlog;                                   ///< requests waiting; unset: no query, or missing
  bool backlog_missing = false;           ///< a backlog query exists and gave no answer, or a partial answer
  std::string backlog_note;               ///< why the backlog is missing, in words
  std::optional<double> running{};        ///< kind Queue: work in progress; unset: no query, or missing
  bool running_missing = false;           ///< a running query exists and gave no answer, or a partial answer
  std::string running_note{};             ///< why `running` is missing, in words
  const forecasting::Fan* fan = nullptr;  ///< nullptr: not eligible; the reactive rule stands alone
  std::string forecast_note;              ///< model and why, or why there is no forecast
  bool per_pod = false;    ///< measured on the target's own pods: excludes the load of pods that do not serve
  bool collapsed = false;  ///< `value` is far below every quantile that was forecast for now
};

/// Replicas as the pods show them. A start is a pod that was never Ready since its containers started. A pod that was
/// Ready and no longer is counts as lost capacity, not as a start.
struct ReplicaInput {
  int spec = 0;   ///< spec.replicas in /scale
  int ready = 0;  ///< pods that serve now; where the pods are unseen, the replicas that /scale counts
  std::vector<Millis> starting_ages;   ///< ages of the starts that are neither finished nor deleting
  std::string rollout;                 ///< why the rollout is not done, in words; empty: settled, or stalled
  bool rollout_stalled = false;        ///< the rollout made no progress for its deadline: pods of two versions exist
  std::vector<Millis> waiting_ages{};  ///< since creation, of pods that wait for a node; not in `starting_ages`
  std::vector<Millis> lost_ages{};     ///< since last Ready, of each lost pod
  std::vector<Millis> failing_ages{};  ///< since creation, of starts whose containers restarted before they were Ready
  int came_up = 0;                     ///< starts that became Ready for the first time within the last two lead times
  bool ordered = false;                ///< pods start in sequence: N replicas need N leads
  int unsteady = 0;  ///< the most pods lately lost repeatedly and at the same time, beyond those in `lost_ages`
  int missing = 0;   ///< replicas that served, or their successors, and do not serve now
  std::vector<int> ready_ranks{};  ///< ranks of the Ready pods, ascending, where the highest rank is removed first
  bool removal_unknown = false;    ///< nobody knows which pods a scale-in removes first

  /// True if pods of two versions exist, whether or not the rollout goes on.
  [[nodiscard]] bool rolls() const { return !rollout.empty() || rollout_stalled; }
  std::string lost_names{};  ///< names of lost pods, in words
  std::string unseen{};      ///< why the pods cannot be seen; empty: they can
};

/// The node pool of a workload. A replica that finds a free node takes the pod lead; any other replica takes the node
/// lead on top. The two leads are measured apart and never mixed (rule 3).
struct NodeRoom {
  Millis lead{0};      ///< P90 from the request for a node to Ready with its GPUs
  int replicas = 0;    ///< replicas that still fit on the pool's free nodes now
  bool ahead = false;  ///< nodes are requested ahead, so that no replica has to start early to wait for its node
};

/// A recommendation of an earlier cycle, before stabilisation.
struct PastRecommendation {
  WallTime at{};
  int replicas = 0;
  int needed = 0;  ///< the part of `replicas` that is needed, without holds
};

/// The windows below trade cost against latency: longer windows keep more replicas, shorter windows pay more restarts.
struct Settings {
  Millis cycle{std::chrono::seconds(15)};
  Millis scale_down_stabilization{std::chrono::seconds(300)};  ///< default where the spec has no window
  Millis drain{std::chrono::seconds(60)};  ///< a backlog is to be gone this long after its capacity is Ready …
  double drain_leads = 1.0;  ///< … but no sooner than this many lead times: otherwise a short jam starts replicas that
                             ///< work for less time than they took to start. 0: `drain` alone
  double keep_leads = 2.0;    ///< a replica needed again within so many leads is kept: off for a lead, back for a lead
  double start_leads = 1.25;  ///< a replica started now is planned for the largest demand from one lead time ahead to
                              ///< this many, at least one cycle (docs/decisions/0011)
};

struct Input {
  WallTime now{};
  api::AutoscalerSpec spec;
  std::vector<DemandInput> demand;  ///< one per spec.demand, in order
  ReplicaInput replicas;
  LeadTime lead;                    ///< pod lead; with a pool, measured from the binding of the pod
  std::optional<NodeRoom> nodes{};  ///< unset: the spec names no pool, so nodes are left to others
  /// Recommendations within the longest stabilisation window, or within a lead time if longer, oldest first. The caller
  /// seeds the history with the current replicas at its start, so that a restart never scales in. An empty history
  /// counts as the current replicas.
  std::vector<PastRecommendation> history;
  bool warmed_up = false;  ///< history and caches are complete: no scale-in before
  std::string unseen;      ///< which changes to the cluster cannot be seen, changes of the spec included; empty: none
  std::string conflict;    ///< another owner of the replicas; empty: we are the only owner
  bool owner_knows_no_bounds = false;  ///< the other owner only sets replicas back: minReplicas is ours to keep
  Memory memory{};                     ///< from the decision before; empty after a start
};

/// The plan's figures for one demand entry; they become its Forecast's columns.
struct DemandFigures {
  std::optional<double> ahead, upper;   ///< median and planning quantile at the lead horizon; unset without a fan
  Millis lead{0};                       ///< pod lead + data age
  std::optional<double> queue_at_lead;  ///< requests waiting by then if nothing changed
  std::optional<int> reactive;          ///< replicas for need(now); unset: missing or stale
  Millis served_until{0};               ///< a replica started now is planned to serve from `lead` to this time
  std::optional<double> served_upper;   ///< largest pointwise planning quantile in that time; unset without a fan
  std::optional<int> start;             ///< replicas for `served_upper` and the queue at the lead; unset without a fan
  std::optional<int> keep;              ///< replicas needed before a restart would have paid; unset without a fan
  std::optional<int> confirmed;         ///< replicas for the demand that earlier samples confirm
  bool unconfirmed = false;  ///< `value` asks for more than `reactive`, and no second sample confirms the surplus
  std::optional<int> far;    ///< most replicas from `lead` until a node asked for now serves; unset without
                             ///< a fan or a pool

  /// Replicas that this demand needs now or when a replica started now is Ready; unset: the need is not known.
  [[nodiscard]] std::optional<int> needed() const { return std::max(reactive, start); }
};

struct Decision {
  Action action = Action::Hold;  ///< from the replicas in /scale to `desired`. Hold although `desired` differs: the
                                 ///< planner would scale, but must not
  std::optional<int>
      desired;  ///< replicas that should exist, always set by decide(); the current number without a known need
  std::optional<int>
      recommendation;       ///< before stabilisation: goes into the next cycle's history; unset: the need is not known
  int needed = 0;           ///< the part of the recommendation without holds
  std::optional<int> far;   ///< the most replicas wanted until a node requested now serves, within the bounds; unset
                            ///< without a forecast or a pool
  bool cut_by_max = false;  ///< max cut the need
  bool limited = false;     ///< max or min cut the need
  std::optional<api::Reason> starts_stuck;  ///< most recent starts do not come up, so no more replicas start ahead of
                                            ///< demand; unset: starts come up
  std::optional<api::Reason> not_serving;   ///< which pods were lost or do not come up, and since when; unset: none
  std::optional<Held> held;                 ///< why surplus replicas are kept; unset: none are
  Memory memory;                            ///< for the next decision
  std::vector<DemandFigures> figures;       ///< of each demand entry, in order
  api::Reasons reasons;                     ///< in the order in which the reasons shaped the number, at most 16
};

/// Never throws. `desired` lies within [min, max], except that replicas which a person set to 0 stay 0. Replicas
/// outside the bounds return to the bounds whatever the data says, because max is hard. Any other ScaleIn needs every
/// demand Whole, a warmed-up history, no rollout, and Ready pods for the wanted replicas. With anything unseen there is
/// no ScaleIn at all, because the spec may have changed. With a conflict the action is Hold, except for a return to
/// minReplicas.
Decision decide(const Input& input, const Settings& settings);

}  // namespace aia::plan
