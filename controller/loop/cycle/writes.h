// The writes that decisions ask for, as values, and the executor that sends them. A decision gives each object a list
// of writes; the executor gives objects their turns, spends the step's time, asks the lease through the ports, and
// stops while the API server is silent. `aiautoscaler release` sends lists of the same writes without a cycle.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "controller/loop/cycle/turns.h"
#include "controller/ports/cluster.h"
#include "controller/ports/pools.h"

namespace aia::loop {

/// Sets the replicas of an AIAutoscaler's target.
struct SetReplicas {
  api::Autoscaler object;
  int from = 0, to = 0;
  std::string version;     ///< of the scale, as read
  std::string target_uid;  ///< a second try must find the same target
};

/// Sets the nodes of a pool's scale. With `from` equal to `to`, the write takes our marks off the pool's machines.
struct SetSize {
  api::AcceleratorPool object;
  int from = 0, to = 0;
  std::string version;  ///< of the scale, as read
  bool drains = false;  ///< the write may remove nodes that pods use
};

/// Records a pool's original size in its status, or removes the record.
struct SetRecord {
  api::AcceleratorPool object;  ///< with the status to store; with a resourceVersion, a newer object refuses the write
};

/// Puts our finalizer on a pool, or takes the finalizer off.
struct SetFinalizer {
  api::AcceleratorPool object;
  bool held = false;
};

/// Sets the room that a pool keeps free for an AIAutoscaler.
struct SetBuffer {
  api::ObjectMeta owner;
  api::TargetRef target;
  std::string pool;
  int from = 0, to = 0;  ///< replicas
  std::string gpu_resource;
  std::int64_t most_gpus = 0;
  WallTime expires{};
  std::string version;  ///< of the buffer, as read; empty: no buffer yet
};

struct DeleteBuffer {
  ports::Buffer buffer;
};

using Change = std::variant<SetReplicas, SetSize, SetRecord, SetFinalizer, SetBuffer, DeleteBuffer>;

/// After a failure: EndList leaves out the later writes of the list, which build on this write. GoOn sends the later
/// writes, because the failure may concern a single AIAutoscaler. OnlyIfAllSucceeded is not even sent after a failure.
enum class OnFailure { EndList, GoOn, OnlyIfAllSucceeded };

struct Write {
  Change change;
  std::string why;  ///< reasons of the decision, in words
  OnFailure on_failure = OnFailure::EndList;
};

/// A sent write, and its outcome.
struct Attempt {
  const Write& write;
  Status outcome;
};

/// The write in words, for errors: "writing the size". Empty: the object alone says enough.
std::string in_words(const Change& change);

/// The change in words, for Events and reports: "from 3 to 4 nodes". Empty: the change is told nowhere.
std::string done_in_words(const Change& change);

struct WritePorts {
  ports::Cluster* cluster = nullptr;  ///< nullptr: no list contains SetReplicas
  ports::Pools* pools = nullptr;      ///< nullptr: every list contains only SetReplicas
};

/// Sends a write. A scale-out that conflicts with another client's write is sent again at once, twice at most, while
/// the target still asks for the replicas that the decision started from. A scale-in is not sent again, because a
/// rollout may have begun.
Status send(const Write& write, const WritePorts& to);

/// Sends `writes` in order, as on_failure says, while `may_go_on` returns true. `note` gets each attempt. Returns false
/// if a write failed.
bool send_all(const std::vector<Write>& writes, const WritePorts& to, const std::function<bool()>& may_go_on,
              const std::function<void(const Attempt&)>& note);

/// Sends the writes of each object in `due` in the order of turns (turns.h), as long as this process leads, the step's
/// time lasts, and the API server answers. `writes_of(object)` returns the object's list. `note(object, attempt)` gets
/// each attempt except those refused because the lead is lost. `wait(object)` gets the objects that must wait.
template <class Object, class TurnOf, class WritesOf, class Note, class Wait>
void execute(Cycle& cycle, std::vector<Object*> due, const WritePorts& to, Budget budget, TurnOf turn,
             std::string& last, WritesOf writes_of, Note note, Wait wait) {
  cycle.breaker.give_another_try();
  const auto may_go_on = [&] { return cycle.leading && !cycle.stop.stop_requested() && !cycle.breaker.is_open(); };
  take_turns(
      cycle, std::move(due), "act", budget, turn, last,
      [&](Object& object) {
        budget.begin();
        ensure_shared(cycle.leading, "a decision is written though another one leads");
        const std::vector<Write> writes = writes_of(object);
        const bool all_succeeded = send_all(
            writes, to, [&] { return may_go_on() && !budget.is_spent(); },
            [&](const Attempt& attempt) {
              if (!attempt.outcome && lead_lost(cycle, attempt.outcome.error())) return;
              cycle.breaker.note(attempt.outcome);
              note(object, attempt);
            });
        return all_succeeded || !cycle.leading;  // a lost lead is not the object's fault
      },
      wait);
}

}  // namespace aia::loop
