// In which order the objects of a step are written for, and for how long. One whose last write failed comes after the
// others, and one that had to wait comes before those that did not, so that an object whose writes are refused or never
// answered holds back nobody else, and a server too slow for all of them in one cycle serves each within a few. Time is
// bounded, because a loop that does not end its cycle neither forecasts nor looks alive.
#pragma once

#include <algorithm>
#include <set>
#include <vector>

#include "controller/loop/cycle.h"
#include "controller/ports/clock.h"

namespace aia::loop {

/// The time that one step may write in; the first write is begun however late it is.
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

/// Why what is due is not written in this cycle.
inline Error postponed(const Cycle& cycle) {
  if (cycle.outage.is_on())
    return {ErrorKind::Unavailable, "the API server does not answer; tried again next cycle", {}};
  return {
      ErrorKind::Timeout, "the API server is too slow for all writes of a cycle; this one comes first in the next", {}};
}

/// Runs `body`, guarded, for each of `due` that still gets its turn, and `wait` for the rest. `turn` finds an object's
/// Turn for this step; `body` returns false when a write for it failed.
template <class Object, class TurnOf, class Body, class Wait>
void take_turns(Cycle& cycle, std::vector<Object*> due, const char* step, Budget budget, TurnOf turn, Body body,
                Wait wait) {
  const auto before = [&](const Object* a, const Object* b) {
    const Turn &first = turn(*a), &second = turn(*b);
    return first.failed != second.failed ? second.failed : first.waited > second.waited;
  };
  ensure_shared(std::set<Object*>(due.begin(), due.end()).size() == due.size(), "an object is due twice in one step");
  std::stable_sort(due.begin(), due.end(), before);
  for (Object* object : due) {
    if (cycle.stop.stop_requested() || !cycle.leading) return;
    Turn& own = turn(*object);
    if (budget.is_spent() || cycle.outage.is_on()) {
      ++own.waited;
      wait(*object);
      continue;
    }
    budget.begin();
    own.waited = 0;
    guarded(
        *object, step, [&] { own.failed = !body(*object); }, ports::CrashJournal::Work::Waits);
  }
}

}  // namespace aia::loop
