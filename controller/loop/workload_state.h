// What the loop remembers of an AIAutoscaler between cycles. All of this may be lost: Prometheus has the history, the
// status has the measured starts, and a restart only ever delays scale-in.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "controller/api/forecast.h"
#include "controller/loop/demand_state.h"
#include "controller/loop/events.h"
#include "controller/loop/lead_samples.h"
#include "controller/loop/pod_memory.h"
#include "controller/loop/scale_writes.h"
#include "controller/loop/settings.h"
#include "controller/plan/nodes.h"
#include "controller/plan/plan.h"

namespace aia::loop {

/// The values a Forecast object was last written with.
struct WrittenForecast {
  std::int64_t slot = 0;  ///< grid step of the write, shifted by the object's name
  std::optional<int> desired;
  std::string model;
  api::ForecastStatus said{};  ///< without the fan, for which its origin stands
  [[nodiscard]] bool is_of(const WrittenForecast& other) const {
    return slot == other.slot && desired == other.desired && model == other.model;
  }
};

/// How an object fared when a step last read or wrote for it; see turns.h.
struct Turn {
  bool failed = false;  ///< the last write failed
  int waited = 0;       ///< cycles in a row ending before the object's turn, or before its answer
};

/// A workload's need of its pool, in the form that plan::decide_nodes takes.
struct PoolNeed {
  plan::PoolWorkload planned;  ///< the need if the mode were Auto
  plan::PoolWorkload asked;    ///< the need as things are: replicas that the scale asks for
  bool acts = false;           ///< Auto, only owner, shape of its replica known: nodes may be requested
  bool stays = false;          ///< Paused, another owner, or shape unknown: its nodes stay as they are
  bool pods_known = true;      ///< false: some pods of the workload may wait for nodes

  [[nodiscard]] bool counts() const { return acts || stays; }
  /// False: the need counts, but a replica's requests could not be read. Then the nodes stay as they are.
  [[nodiscard]] bool is_known() const { return !counts() || is_placeable(); }
  [[nodiscard]] bool is_placeable() const { return !planned.replica.pods.empty(); }
};

struct WorkloadState {
  WorkloadState(const api::Autoscaler& object, const Settings& settings)
      : lead(object.status.lead_time.samples),
        writes(settings.revert_window),
        last_scale_time(object.status.last_scale_time),
        status(object.status),
        stored(object.status) {}

  /// Follows a changed spec. Another target is another workload: everything measured, written and recommended for the
  /// last target goes. With a node pool a start is measured from being bound, so joining or leaving a pool drops
  /// measured starts.
  void follow(const api::AutoscalerSpec& now, const Settings& settings);

  /// Follows the target's uid. A target with another uid was created anew under its name: writes and recommendations
  /// for the target before are dropped.
  void follow_target(const std::string& uid, const Settings& settings);

  /// Takes over the status stored by another controller that leads, or led until now. So a fail-over repeats no Event
  /// and resets no transition time.
  void adopt(const api::AutoscalerStatus& of_leader);

  void forget_decisions(const Settings& settings);

  /// Moves all remembered times by `by`, after a jump of the wall clock (loop_clock.h), so that windows stay as long as
  /// they are. Times stamped by others, on pods and samples, stay as they are.
  void shift(Millis by);

  std::optional<api::TargetRef> target;       ///< unset: not known yet
  std::string target_uid;                     ///< empty: not known yet
  std::optional<bool> pooled;                 ///< the spec names a node pool; unset: not known yet
  std::map<std::string, DemandState> demand;  ///< by name
  LeadSamples lead;
  PodMemory pods;
  RolloutMemory rollout;
  plan::Memory memory;  ///< of the newest decision
  ScaleWrites writes;
  int conflicts = 0;  ///< cycles in a row whose write of the scale was refused as out of date
  std::optional<WallTime> last_scale_time;
  std::vector<plan::PastRecommendation> recommendations;  ///< oldest first
  api::AutoscalerStatus status;                           ///< as last written by us, or as adopted
  bool status_unsure = false;    ///< a write of the status got no answer: the status in the watch is compared, too
  std::int64_t status_slot = 0;  ///< grid step of the newest status write
  std::map<std::string, WrittenForecast> forecasts;  ///< by demand name
  api::AutoscalerStatus stored;                      ///< as adopted last, to notice changes
  Turn reading, asking, acting, reporting;
  Events events;
  std::optional<PoolNeed> need;                 ///< of nodes, as last planned; unset: not known yet
  std::optional<int> room;                      ///< desired replicas + the buffer's, as last provided
  std::vector<plan::PastRecommendation> rooms;  ///< desired + buffer as needed within the shrink window, oldest first
  std::optional<Error> buffer_error;            ///< of the newest write of the buffer
  bool slow = false;  ///< observing the target took longer than the deadline in the last cycle
};

/// By uid, so that an object that was deleted and created again starts afresh.
class WorkloadStates {
 public:
  WorkloadState& of(const api::Autoscaler& object, const Settings& settings);

  /// Drops the states of objects that are gone.
  void keep_only(const std::set<std::string>& uids);

  void shift(Millis by);

  [[nodiscard]] std::size_t size() const { return states_.size(); }

 private:
  std::map<std::string, std::unique_ptr<WorkloadState>> states_;
};

}  // namespace aia::loop
