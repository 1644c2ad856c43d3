// In which order a step reads or writes for its objects, and for how long. Namespaces take turns, beginning after the
// namespace served last, so that thousands of objects in a namespace do not hold back a single object elsewhere. Within
// a namespace, objects that waited longest come first, so that a slow server reaches every object within a few cycles.
// Objects whose last write failed come last, so that refused or unanswered writes hold back no other object. Time is
// bounded, because a loop that does not end its cycle neither forecasts nor looks alive.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/turns_by_namespace.h"
#include "controller/loop/cycle/cycle.h"
#include "controller/ports/clock.h"

namespace aia::loop {

/// How an object fared when a step last read or wrote for the object.
struct Turn {
  bool failed = false;  ///< the last write failed
  int waited = 0;       ///< cycles in a row ending before the object's turn, or before its answer
};

/// The time in which a step may begin writes; the first write begins however late it is.
class Budget {
 public:
  Budget(const ports::Clock& clock, Millis length) : clock_(clock), end_(clock.steady() + length) {}

  [[nodiscard]] bool is_spent() const { return begun_ && clock_.steady() >= end_; }
  void begin() { begun_ = true; }

 private:
  const ports::Clock& clock_;
  const Millis end_;
  bool begun_ = false;
};

/// Why a due write is not made in this cycle.
inline Error postponed(const Cycle& cycle) {
  if (cycle.breaker.is_open())
    return {ErrorKind::Unavailable, "the API server does not answer; tried again next cycle", {}};
  return {
      ErrorKind::Timeout, "the API server is too slow for all writes of a cycle; this one comes first in the next", {}};
}

/// Returns `due` in the order of turns; objects of a namespace that waited equally long keep their order. `turn` finds
/// an object's Turn for this step, `last` is the namespace served last in this step.
template <class Object, class TurnOf>
std::vector<Object*> in_turns(std::vector<Object*> due, TurnOf turn, const std::string& last) {
  std::stable_sort(due.begin(), due.end(),
                   [&](const Object* a, const Object* b) { return turn(*a).waited > turn(*b).waited; });
  const auto failed =
      std::stable_partition(due.begin(), due.end(), [&](const Object* one) { return !turn(*one).failed; });
  std::vector<Object*> ordered;
  ordered.reserve(due.size());
  const auto take = [&](auto begin, auto end) {
    std::vector<std::string> namespaces;
    std::for_each(begin, end, [&](const Object* one) { namespaces.push_back(one->object.meta.ns); });
    for (const auto i : api::turns_by_namespace(namespaces, api::turn_after(namespaces, last)))
      ordered.push_back(*(begin + static_cast<std::ptrdiff_t>(i)));
  };
  take(due.begin(), failed);
  take(failed, due.end());
  return ordered;
}

/// Runs `body`, guarded, for each object of `due` until the time is spent or the API server is out, and `wait` for each
/// object after that. Ends at once when stopping, or when the lease is lost. `turn` and `last` as for in_turns; `body`
/// returns false when a write for the object failed.
template <class Object, class TurnOf, class Body, class Wait>
void take_turns(Cycle& cycle, std::vector<Object*> due, const char* step, Budget budget, TurnOf turn, std::string& last,
                Body body, Wait wait) {
  ensure_shared(std::set<Object*>(due.begin(), due.end()).size() == due.size(), "an object is due twice in one step");
  for (Object* object : in_turns(std::move(due), turn, last)) {
    if (cycle.stop.stop_requested() || !cycle.leading) return;
    Turn& own = turn(*object);
    if (budget.is_spent() || cycle.breaker.is_open()) {
      ++own.waited;
      wait(*object);
      continue;
    }
    budget.begin();
    own.waited = 0;
    last = object->object.meta.ns;
    guarded(
        *object, step, [&] { own.failed = !body(*object); }, ports::CrashJournal::Work::Waits);
  }
}

}  // namespace aia::loop
