// All steps of a cycle share the time, the lease, the API server's silence, and the budgets. A step runs for each
// object by itself: an exception withholds that object's writes in this cycle, and the step goes on with the next
// object.
#pragma once

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/loop/cycle/circuit_breaker.h"
#include "controller/ports/crash_journal.h"
#include "controller/ports/reporter.h"

namespace aia::loop {

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
  Millis clock_off{0};       ///< jump of the wall clock that the loop clock does not follow yet
  bool catching_up = false;  ///< more history is to be queried right away
  bool leading = true;       ///< false: a follower observes, forecasts and plans, but does not write
  CircuitBreaker breaker;    ///< whether the API server answers
  LastServed served;         ///< up to now
  int queries = 0;           ///< asked in this cycle up to now
  std::stop_token stop;      ///< requested: the write under way is finished, no further write begins
};

/// The common part of an AIAutoscaler and an AcceleratorPool in a cycle.
template <class Stored>
struct Subject {
  Stored object;
  std::optional<Error> problem;  ///< set: the stored object does not decode, or is set aside
  ports::CrashJournal* journal = nullptr;
  std::optional<std::string> broken_by;    ///< set: a step threw this exception, and its results must not be acted on
  std::vector<ports::ErrorReport> errors;  ///< of all steps

  [[nodiscard]] bool broken() const { return broken_by.has_value(); }
  void fail(const char* step, const Error& error) { errors.push_back({step, error.kind, error.message}); }
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
    object.broken_by = failure.what();
    object.fail(step, {ErrorKind::Internal, "internal error: " + *object.broken_by, {}});
  }
}

/// Why an object is set aside: the process ended twice during work on the object. Unset: the object is not set aside.
inline std::optional<Error> set_aside(const api::ObjectMeta& meta, const ports::CrashJournal* journal) {
  auto why = journal != nullptr ? journal->set_aside(meta.uid, meta.generation) : std::nullopt;
  if (!why) return std::nullopt;
  return Error{ErrorKind::Internal, std::move(*why), {}};
}

/// Runs `body` for each object, guarded. Ends early when stopping.
template <class Objects, class Body>
void for_each(const Cycle& cycle, Objects&& objects, const char* step, Body body) {
  for (auto& object : objects) {
    if (cycle.stop.stop_requested()) return;
    guarded(object, step, [&] { body(object); });
  }
}

/// Like for_each, but only for usable objects: the spec is known, and no step threw.
template <class Objects, class Body>
void for_each_usable(const Cycle& cycle, Objects&& objects, const char* step, Body body) {
  for_each(cycle, objects, step, [&](auto& object) {
    if (object.usable()) body(object);
  });
}

/// True when a write was not sent because this process no longer leads. The object has no fault. The cycle writes
/// nothing from then on.
inline bool lead_lost(Cycle& cycle, const Error& error) {
  if (error.kind != ErrorKind::NotLeading) return false;
  cycle.leading = false;
  return true;
}

}  // namespace aia::loop
