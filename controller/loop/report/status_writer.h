// Writes statuses and Events, for every kind of object in the same way. A status is written when its substance differs,
// and once per grid step otherwise. A status whose write got no answer may be stored or not, so the status in the watch
// is compared as well.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "controller/api/accelerator_pool.h"
#include "controller/api/autoscaler.h"
#include "controller/loop/cycle/cycle.h"
#include "controller/loop/cycle/settings.h"
#include "controller/loop/cycle/write_slot.h"
#include "controller/loop/report/events.h"
#include "controller/ports/clock.h"

namespace aia::loop {

/// True if more than wording differs: messages, and figures that change in every cycle, wait for the next grid step.
bool differs_in_substance(const api::AutoscalerStatus& a, const api::AutoscalerStatus& b);
bool differs_in_substance(const api::AcceleratorPoolStatus& a, const api::AcceleratorPoolStatus& b);

/// The status of an object, as far as this process knows.
template <class StatusOf>
struct StatusMemory {
  explicit StatusMemory(const StatusOf& in_cluster) : last(in_cluster), stored(in_cluster) {}

  StatusOf last;          ///< as last written by us, or as adopted
  StatusOf stored;        ///< as adopted last, to notice changes
  std::int64_t slot = 0;  ///< grid step of our newest write
  bool unsure = false;    ///< our newest write got no answer

  void adopt(const StatusOf& of_leader) { stored = last = of_leader; }

  [[nodiscard]] bool is_due(const StatusOf& next, std::int64_t slot_now, const StatusOf& in_watch) const {
    return differs_in_substance(next, last) || (slot_now != slot && next != last) ||
           (unsure && differs_in_substance(next, in_watch));
  }
};

class StatusWriter {
 public:
  StatusWriter(Cycle& cycle, const ports::Clock& clock, const Settings& settings)
      : cycle_(cycle), clock_(clock), settings_(settings) {}

  /// Sends `next` by `store(next)` if the write is due, or `due_anyway`. Then adds Events for troubles of the
  /// conditions in `told`. Returns true if the status was written.
  template <class Object, class StatusOf, class Store>
  bool write(Object& object, StatusMemory<StatusOf>& memory, const StatusOf& next, bool due_anyway, Events& events,
             const std::vector<api::ConditionType>& told, Store store) {
    const auto slot = write_slot(cycle_.now, settings_.grid_step, object.object.meta.key().to_string());
    const bool due = due_anyway || memory.is_due(next, slot, object.object.status);
    if (!due || cycle_.breaker.is_open()) return false;
    const Status outcome = store(next);
    if (!outcome && lead_lost(cycle_, outcome.error())) return false;
    cycle_.breaker.note(outcome);
    memory.unsure = !outcome && outcome.error().outcome_unknown();
    if (!outcome) return object.fail("report", outcome.error().in("status")), false;
    events.tell(next.conditions, memory.last.conditions, told, clock_.steady(), kQuietCycles * settings_.cycle);
    memory.last = next;
    memory.slot = slot;
    return true;
  }

  /// Sends the object's Events by `send(event)`, as long as `may()` returns true.
  template <class Object, class Send>
  void send_events(
      Object& object, Events& events, Send send, const std::function<bool()>& may = [] { return true; }) {
    if (!cycle_.leading) return;
    for (const auto& error : events.send(cycle_.breaker, send, may))
      if (!lead_lost(cycle_, error)) object.fail("report", error);
  }

 private:
  Cycle& cycle_;
  const ports::Clock& clock_;
  const Settings& settings_;
};

}  // namespace aia::loop
