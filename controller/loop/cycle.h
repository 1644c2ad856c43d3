// The value that travels through one cycle: each step fills in its part for every object. A step that fails for one
// object notes the error there and leaves the others alone.
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

/// Grid points that were due, as the server answered them; NaN is a gap.
struct GridAnswer {
  GridRange range;
  std::vector<double> values;
  PartValues parts{};  ///< of a demand with parts
};

/// One demand entry in this cycle.
struct DemandView {
  plan::DemandInput input;        ///< observe: value and trust; forecast: fan and note
  std::optional<GridAnswer> due;  ///< observe: points to feed
  std::string history_error;      ///< observe: why points that were due did not come
  std::string model = "None";     ///< forecast
  std::string why;                ///< forecast: why this model, or why none
  bool wrong_query = false;       ///< observe: what it says is no demand, and never was since it is asked
  bool eligible = false;          ///< forecast: the fan counts
  bool past_ended = false;        ///< forecast: there is a history, and it was not read for too long to forecast from
};

struct Pool;  // pools.h

/// One AIAutoscaler in this cycle.
struct Workload {
  api::Autoscaler object;
  std::optional<Error> problem;  ///< spec is not to be used: the stored object does not decode, or is set aside
  WorkloadState* state = nullptr;
  ports::CrashJournal* journal = nullptr;
  std::optional<ports::Target> target;  ///< observe; unset: see target_error
  std::optional<Error> target_error;
  std::vector<DemandView> demand;          ///< observe; one per spec.demand, in order
  std::string unseen;                      ///< which changes to the cluster cannot be seen, in words; empty: none
  std::string other_owner;                 ///< observe: who else decides on the replicas, in words; empty: nobody
  bool stood_back = false;                 ///< observe: that is somebody who keeps setting our replicas back
  const Pool* pool = nullptr;              ///< that it names and may use; nullptr: see pool_trouble
  std::optional<api::Code> pool_trouble;   ///< why there is none; unset where none is named
  plan::LeadTime lead;                     ///< forecast
  bool warmed_up = false;                  ///< forecast: all histories are in
  std::optional<plan::Decision> decision;  ///< decide; unset: there is nothing to decide on
  bool broken = false;                     ///< a step threw: what it left is not to be acted on
  std::string broken_by;                   ///< … and why, in words
  bool scaled = false;                     ///< act
  std::optional<Error> scale_error;        ///< act
  std::vector<ports::ErrorReport> errors;  ///< all steps

  static constexpr bool kShared = false;  ///< what breaks in it is its own

  /// False: nothing but a status may be written, because nothing of the spec is known or a step threw.
  [[nodiscard]] bool usable() const { return !problem && !broken; }
  [[nodiscard]] int ready_pods() const;
  /// GPUs of so many of its replicas; unset where either is not known.
  [[nodiscard]] std::optional<std::int64_t> gpus_of(std::optional<int> replicas) const;
  void fail(const char* step, const Error& error) { errors.push_back({step, error.kind, error.message}); }
};

/// Queries of one namespace that timed out when they were last asked. Prometheus goes on with some of them when nobody
/// waits any more, and has no room for others', so that one is asked again in a cycle; when all were answered that
/// were, four times as many in the next.
struct Retrials {
  int allowed = 1;
  int asked = 0;
  bool failed = false;

  [[nodiscard]] Retrials next() const {
    constexpr int kMost = 1 << 20;
    return {failed ? 1 : std::min(4 * allowed, kMost), 0, false};
  }
};

/// What a cycle knows of the ones before: the namespace that was served last in each step, after which the next one
/// comes (turns.h), and by namespace how many queries are asked again that timed out.
struct LastServed {
  std::string reading{}, asking{}, acting{}, reporting{};
  std::map<std::string, Retrials> retrials{};
};

struct Cycle {
  WallTime now{};
  Millis clock_off{0};              ///< the wall clock jumped by so much, and is not followed yet
  std::vector<Workload> workloads;  ///< by namespace and name, without those being deleted
  bool catching_up = false;         ///< there is more history to ask for right away
  bool leading = true;              ///< false: another one writes; this process observes, forecasts and plans
  Outage outage;                    ///< whether the API server answers
  LastServed served;                ///< until now
  int queries = 0;                  ///< that were asked in this cycle until now
  std::stop_token stop;             ///< requested: the write under way is finished, none is begun
};

/// Runs `body`; an exception withholds this object's writes in this cycle and does nothing else. Only what breaks in
/// what objects share goes on up, and ends the process.
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

/// Why an object is not to be worked on: the process ended twice while it was.
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

/// True when a write was not sent because this process leads no more. That is no trouble of the object's; the cycle
/// writes nothing from then on.
inline bool lead_lost(Cycle& cycle, const Error& error) {
  if (error.kind != ErrorKind::NotLeading) return false;
  cycle.leading = false;
  return true;
}

/// The same for those whose spec is known.
template <class Body>
void for_each_usable(Cycle& cycle, const char* step, Body body) {
  for_each(cycle, step, [&](Workload& workload) {
    if (workload.usable()) body(workload);
  });
}

}  // namespace aia::loop
