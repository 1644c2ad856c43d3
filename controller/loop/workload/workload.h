// An AIAutoscaler in a cycle: the stored object, and a value of each step. A step reads the values of the steps before,
// and returns its own.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "controller/loop/cycle/cycle.h"
#include "controller/loop/demand/demand_state.h"
#include "controller/loop/demand/grid.h"
#include "controller/loop/workload/workload_state.h"
#include "controller/plan/plan.h"
#include "controller/ports/cluster.h"

namespace aia::loop {

/// The server's answer for grid points that were due; NaN is a gap.
struct GridAnswer {
  GridRange range;
  std::vector<double> values;
  PartValues parts{};  ///< empty: the demand has no parts
};

/// A demand entry: `input` is measured by the observe step, and gets its fan from the forecast step.
struct DemandView {
  plan::DemandInput input;
  std::optional<GridAnswer> due;             ///< points to feed
  std::string history_error;                 ///< why due points are missing
  bool wrong_query = false;                  ///< the query is Invalid, and never gave a number
  Millis horizon{0};                         ///< how far ahead this demand is forecast: pod lead + data age
  std::string model = "None";                ///< the model's name
  std::string why;                           ///< the reason for this model, or for none
  bool eligible = false;                     ///< the fan counts
  std::optional<ports::Expectation> then{};  ///< the forecast for now from a horizon ago
  bool past_ended = false;                   ///< the history was not read for too long to forecast from
};

/// The target and its other owners, as observed.
struct Observation {
  std::string unseen;                     ///< kinds whose changes cannot be seen, in words; empty: all are seen
  std::optional<ports::Target> target{};  ///< unset: see target_error
  std::optional<Error> target_error{};
  std::string other_owner{};  ///< another owner of the replicas, in words; empty: none
  bool stood_back = false;    ///< that owner keeps reverting our writes
};

/// How long replicas take, and whether the past is known.
struct Outlook {
  plan::LeadTime lead;
  bool warmed_up = false;  ///< all histories are read
};

/// A workload's view of its node pool. Pools are observed before workloads are decided.
struct PoolView {
  std::string name, gpu_resource;
  Millis lead{0};                   ///< P90 of a node's start
  bool can_size = false;            ///< nodes may be asked for
  std::vector<api::Amounts> free;   ///< of each usable node: the resources that no pod requests
  api::Condition able, arriving{};  ///< AbleToSize and NodesArriving
};

/// The node pool that the spec names.
struct NamedPool {
  std::shared_ptr<const PoolView> view;  ///< nullptr: see `trouble`, or this controller looks after no pools
  std::optional<api::Code> trouble;      ///< why the pool is not usable
  std::optional<Error> buffer_error;     ///< of the newest write of the workload's buffer
};

struct Workload : Subject<api::Autoscaler> {
  WorkloadState* state = nullptr;
  NamedPool pool;
  Observation seen;
  std::vector<DemandView> demand;  ///< one per spec.demand, in order
  Outlook outlook;
  std::optional<plan::Decision> decision;  ///< unset: the target is not known, or the workload is not usable()
  std::vector<Write> writes;               ///< that the decision asks for
  bool scaled = false;                     ///< the scale was written
  std::optional<Error> scale_error;        ///< why the scale was not written
  api::AutoscalerStatus status;            ///< all of the above, as told

  static constexpr bool kShared = false;  ///< a broken invariant concerns this object alone, see guarded()

  /// False: only the status may be written, because the spec is not known or a step threw.
  [[nodiscard]] bool usable() const { return !problem && !broken(); }
  [[nodiscard]] int ready_pods() const;
  /// GPUs of `replicas` replicas; unset: `replicas` or the GPUs of a replica are not known.
  [[nodiscard]] std::optional<std::int64_t> gpus_of(std::optional<int> replicas) const;
};

/// Workloads of a pass through the steps, or all of them.
using Workloads = std::span<Workload>;

}  // namespace aia::loop
