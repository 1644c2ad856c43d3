// The value that travels through a cycle: each step fills in its part for every object. A step that fails for an object
// notes the error in that object, and goes on with the next object.
#pragma once

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/loop/outage.h"
#include "controller/loop/workload_state.h"
#include "controller/plan/plan.h"
#include "controller/ports/cluster.h"
#include "controller/ports/crash_journal.h"
#include "controller/ports/reporter.h"

namespace aia::loop {

/// The server's answer for grid points that were due; NaN is a gap.
struct GridAnswer {
  GridRange range;
  std::vector<double> values;
  PartValues parts{};  ///< empty: the demand has no parts
};

/// A demand entry in this cycle.
struct DemandView {
  plan::DemandInput input;        ///< observe: value and trust; forecast: fan and note
  std::optional<GridAnswer> due;  ///< observe: points to feed
  std::string history_error;      ///< observe: why due points are missing
  std::string model = "None";     ///< forecast: the model's name
  std::string why;                ///< forecast: the reason for this model, or for none
  bool wrong_query = false;       ///< observe: the query is Invalid, and never gave a number
  bool eligible = false;          ///< forecast: the fan counts
  bool past_ended = false;        ///< forecast: the history was not read for too long to forecast from
};

struct Pool;  // pools.h

/// An AIAutoscaler in this cycle.
struct Workload {
  api::Autoscaler object;
  std::optional<Error> problem;  ///< set: the stored object does not decode, or is set aside
  WorkloadState* state = nullptr;
  ports::CrashJournal* journal = nullptr;
  std::optional<ports::Target> target;  ///< observe; unset: see target_error
  std::optional<Error> target_error;
  std::vector<DemandView> demand;          ///< observe; one per spec.demand, in order
  std::string unseen;                      ///< kinds whose changes cannot be seen, in words; empty: all are seen
  std::string other_owner;                 ///< observe: another owner of the replicas, in words; empty: none
  bool stood_back = false;                 ///< observe: that owner keeps reverting our writes
  const Pool* pool = nullptr;              ///< the named pool, if usable; nullptr: see pool_trouble
  std::optional<api::Code> pool_trouble;   ///< why the named pool is not usable; unset: no trouble
  plan::LeadTime lead;                     ///< forecast
  bool warmed_up = false;                  ///< forecast: all histories are read
  std::optional<plan::Decision> decision;  ///< decide; unset: the target is not known, or not usable()
  bool broken = false;                     ///< a step threw: its results must not be acted on
  std::string broken_by;                   ///< the exception, in words
  bool scaled = false;                     ///< act
  std::optional<Error> scale_error;        ///< act
  std::vector<ports::ErrorReport> errors;  ///< all steps

  static constexpr bool kShared = false;  ///< a broken invariant concerns this object alone, see guarded()

  /// False: only the status may be written, because the spec is not known or a step threw.
  [[nodiscard]] bool usable() const { return !problem && !broken; }
  [[nodiscard]] int ready_pods() const;
  /// GPUs of `replicas` replicas; unset: `replicas` or the GPUs of a replica are not known.
  [[nodiscard]] std::optional<std::int64_t> gpus_of(std::optional<int> replicas) const;
  void fail(const char* step, const Error& error) { errors.push_back({step, error.kind, error.message}); }
};

/// Retries of a namespace's queries that timed out when last asked. Prometheus may go on evaluating such a query after
/// the client has left, and then lacks room for queries of other namespaces. So a cycle retries a single query. If no
/// retried query timed out again, the next cycle retries four times as many.
struct Retrials {
  int allowed = 1;      ///< most queries retried in this cycle
  int asked = 0;        ///< queries retried in this cycle
  bool failed = false;  ///< a retried query timed out again, or found no time to be asked

  [[nodiscard]] Retrials next() const {
    constexpr int kMost = 1 << 20;
    return {failed ? 1 : std::min(4 * allowed, kMost), 0, false};
  }
};

/// A cycle's memory of earlier cycles: the namespace served last in each step, after which the next namespace comes
/// (turns.h), and the retries of timed-out queries by namespace.
struct LastServed {
  std::string reading{}, asking{}, acting{}, reporting{};
  std::map<std::string, Retrials> retrials{};
};

struct Cycle {
  WallTime now{};
  Millis clock_off{0};              ///< jump of the wall clock that the loop clock does not follow yet
  std::vector<Workload> workloads;  ///< by namespace and name, without objects being deleted
  bool catching_up = false;         ///< more history is to be queried right away
  bool leading = true;              ///< false: a follower observes, forecasts and plans, but does not write
  Outage outage;                    ///< whether the API server answers
  LastServed served;                ///< up to now
  int queries = 0;                  ///< asked in this cycle up to now
  std::stop_token stop;             ///< requested: the write under way is finished, no further write begins
};

/// Runs `body`. An exception only withholds this object's writes in this cycle. But a fault in state that objects share
/// is passed on and ends the process: BrokenShared always, BrokenInvariant if the object has kShared.
template <class Object, class Body>
void guarded(Object& object, const char* step, Body body,
             ports::CrashJournal::Work work = ports::CrashJournal::Work::Computes) {
  const auto& meta = object.object.meta;
  ports::Noted noted(object.journal, meta.uid, meta.generation, work);
  const auto ends_all = [](const std::exception& failure) {
    return dynamic_cast<const BrokenShared*>(&failure) != nullptr ||
           (Object::kShared && dynamic_cast<const BrokenInvariant*>(&failure) != nullptr);
  };
  try {
    body();
  } catch (const std::exception& failure) {
    if (ends_all(failure)) {
      noted.keep();
      throw;
    }
    object.broken = true;
    object.broken_by = failure.what();
    object.fail(step, {ErrorKind::Internal, "internal error: " + object.broken_by, {}});
  }
}

/// Why an object is set aside: the process ended twice during work on the object. Unset: the object is not set aside.
inline std::optional<Error> set_aside(const api::ObjectMeta& meta, const ports::CrashJournal* journal) {
  auto why = journal != nullptr ? journal->set_aside(meta.uid, meta.generation) : std::nullopt;
  if (!why) return std::nullopt;
  return Error{ErrorKind::Internal, std::move(*why), {}};
}

/// Runs `body` for each workload, guarded. Ends early when stopping.
template <class Body>
void for_each(Cycle& cycle, const char* step, Body body) {
  for (auto& workload : cycle.workloads) {
    if (cycle.stop.stop_requested()) return;
    guarded(workload, step, [&] { body(workload); });
  }
}

/// True when a write was not sent because this process no longer leads. The object has no fault. The cycle writes
/// nothing from then on.
inline bool lead_lost(Cycle& cycle, const Error& error) {
  if (error.kind != ErrorKind::NotLeading) return false;
  cycle.leading = false;
  return true;
}

/// Like for_each, but only for usable workloads: the spec is known, and no step threw.
template <class Body>
void for_each_usable(Cycle& cycle, const char* step, Body body) {
  for_each(cycle, step, [&](Workload& workload) {
    if (workload.usable()) body(workload);
  });
}

}  // namespace aia::loop
