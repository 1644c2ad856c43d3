// What the loop remembers of an AIAutoscaler between cycles. All of this may be lost: Prometheus has the history, the
// status has the measured starts, and a restart only ever delays scale-in.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/api/forecast.h"
#include "controller/loop/cycle/settings.h"
#include "controller/loop/cycle/states_by_uid.h"
#include "controller/loop/cycle/turns.h"
#include "controller/loop/demand/demand_state.h"
#include "controller/loop/report/status_writer.h"
#include "controller/loop/workload/lead_samples.h"
#include "controller/loop/workload/pod_memory.h"
#include "controller/loop/workload/revert_guard.h"
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

struct WorkloadState {
  WorkloadState(const api::Autoscaler& object, const Settings& settings)
      : lead(object.status.lead_time.samples),
        writes(settings.revert_window),
        last_scale_time(object.status.last_scale_time),
        status(object.status) {}

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
  RevertGuard writes;
  int conflicts = 0;  ///< cycles in a row whose write of the scale was refused as out of date
  std::optional<WallTime> last_scale_time;
  std::vector<plan::PastRecommendation> recommendations;  ///< oldest first
  StatusMemory<api::AutoscalerStatus> status;
  std::map<std::string, WrittenForecast> forecasts;  ///< by demand name
  Turn reading, asking, acting, reporting;
  Events events;
  bool slow = false;  ///< observing the target took longer than the deadline in the last cycle
};

using WorkloadStates = StatesByUid<WorkloadState>;

}  // namespace aia::loop
