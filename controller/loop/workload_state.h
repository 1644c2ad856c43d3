// What the loop keeps of one AIAutoscaler between cycles. All of it can be lost: Prometheus has the history, status has
// the measured starts, and what is missing after a restart only ever delays scale-in.
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

/// What a Forecast object was last written with.
struct WrittenForecast {
  std::int64_t slot = 0;  ///< grid step, shifted by the object's name
  std::optional<int> desired;
  std::string model;
  api::ForecastStatus said{};  ///< without its fan, which its origin stands for
  [[nodiscard]] bool is_of(const WrittenForecast& other) const {
    return slot == other.slot && desired == other.desired && model == other.model;
  }
};

/// How an object fared when it was last read or written for in one step; see turns.h.
struct Turn {
  bool failed = false;  ///< the write failed
  int waited = 0;       ///< cycles in a row that ended before its turn, or before its answer
};

/// What a workload needs of its pool, as plan::decide_nodes looks at it.
struct PoolNeed {
  plan::PoolWorkload planned;  ///< as if its mode were Auto
  plan::PoolWorkload asked;    ///< as it is: what its scale says, for who may act on it
  bool acts = false;           ///< mode Auto, and nobody else decides: room may be made for it
  bool stays = false;          ///< Paused, or somebody else decides: what there is stays as it is
  bool pods_known = true;      ///< false: perhaps some of its pods wait for nodes

  [[nodiscard]] bool counts() const { return acts || stays; }
  /// False: it counts, but what a replica asks of nodes could not be read; then what there is stays as it is.
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

  /// Another target is another workload: what was measured, written and recommended for the last one goes. With a node
  /// pool starts are measured from another moment on, and those of before are not mixed in.
  void follow(const api::AutoscalerSpec& now, const Settings& settings);

  /// A target with another uid was created anew under its name: what somebody wrote, and what was recommended, was of
  /// the target before.
  void follow_target(const std::string& uid, const Settings& settings);

  /// Another one leads, or did until now: what it stored is what was said and done, so that a fail-over repeats no
  /// Event and resets no transition time.
  void adopt(const api::AutoscalerStatus& of_leader);

  void forget_decisions(const Settings& settings);

  /// Time was counted wrongly by so much (loop_clock.h): windows stay as long as they are. What others stamped, pods
  /// and samples, stays as it is.
  void shift(Millis by);

  std::optional<api::TargetRef> target;       ///< unset: not known yet
  std::string target_uid;                     ///< empty: not known yet
  std::optional<bool> pooled;                 ///< it names a node pool; unset: not known yet
  std::map<std::string, DemandState> demand;  ///< by name
  LeadSamples lead;
  PodMemory pods;
  RolloutMemory rollout;
  plan::Memory memory;  ///< of the newest decision
  ScaleWrites writes;
  int conflicts = 0;  ///< cycles in a row whose write of the scale was refused as out of date
  std::optional<WallTime> last_scale_time;
  std::vector<plan::PastRecommendation> recommendations;  ///< oldest first
  api::AutoscalerStatus status;                           ///< as last written, or as found
  bool status_unsure = false;    ///< a write of it got no answer: what the watch shows is compared, too
  std::int64_t status_slot = 0;  ///< grid step of that write
  std::map<std::string, WrittenForecast> forecasts;  ///< by demand name
  api::AutoscalerStatus stored;                      ///< as found when it was last adopted
  Turn reading, asking, acting, reporting;
  Events events;
  std::optional<PoolNeed> need;                 ///< of nodes, when it was last looked at
  std::optional<int> room;                      ///< replicas wanted + free room for more, as last provided for
  std::vector<plan::PastRecommendation> rooms;  ///< needed, oldest first
  std::optional<Error> buffer_error;            ///< of the newest try to write its buffer
  bool slow = false;                            ///< observing it took longer than the deadline, last time
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
