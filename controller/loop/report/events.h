// Events, as an operator reads them with `kubectl describe`. An Event is written when replicas were written (with the
// reasons), when trouble begins, and when the cause of the trouble changes; lasting trouble gives no further Event. An
// Event without an answer from the API server is sent again. The Events of an object and of a namespace are limited, as
// in client-go (tools/record, EventSourceObjectSpamFilter). Events beyond the limits are counted and reported as an
// error of the object.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/meta.h"
#include "controller/loop/cycle/writes.h"
#include "controller/ports/cluster.h"

namespace aia::loop {

constexpr int kQuietCycles = 10;  ///< the same trouble is told again after this many cycles, at the earliest

/// A token bucket for Events: `most` tokens at first, and another token after each `refill`.
class Allowance {
 public:
  Allowance(int most, Millis refill) : most_(most), refill_(refill), left_(most) {}

  /// Takes a token. False: no token is left.
  bool take(Millis steady);
  [[nodiscard]] bool is_full(Millis steady) const;

 private:
  int most_;
  Millis refill_;
  int left_;
  Millis since_{0};  ///< steady; if tokens are missing, the next token comes `refill` later
};

/// The allowance of each namespace, shared by all objects of the namespace, because objects come and go.
class EventShares {
 public:
  static constexpr int kMost = 250;
  static constexpr Millis kRefill = std::chrono::seconds(10);

  bool take(const std::string& ns, Millis steady);

 private:
  std::map<std::string, Allowance> shares_;
};

/// The told and the unsent Events of an object. Both are lost with the process; a new process takes the stored status
/// as told.
class Events {
 public:
  static constexpr std::size_t kMostUnsent = 8;  ///< with more, the oldest is given up, which is an error
  static constexpr int kTries = 10;              ///< of an Event, at most one in each cycle
  static constexpr int kMost = 25;               ///< of each type (Warning, Normal)
  static constexpr Millis kRefill = std::chrono::minutes(5);

  /// Queues an Event for sending, unless the allowance of its type is used up.
  void add(ports::Event event, Millis steady);

  /// Adds a warning for each condition in `types` that is in trouble: False, or True for ScaleInHeld. The reason must
  /// differ from the condition's reason `before`, or the cause from the cause last told. The same reason is told again
  /// after `quiet` at the earliest, so that trouble that comes and goes, or words that change in every cycle, cause no
  /// flood. A condition that repeats the message of an earlier type adds no warning, and neither does ScaleInHeld after
  /// trouble of an earlier type.
  void tell(const std::vector<api::Condition>& now, const std::vector<api::Condition>& before,
            const std::vector<api::ConditionType>& types, Millis steady, Millis quiet);

  /// Sends the queued Events, oldest first. A new Event for which `may` returns false is left out. A throttled Event,
  /// or an Event without an answer, waits for the next cycle, and so do all Events behind it. Returns the errors.
  std::vector<Error> send(
      CircuitBreaker& breaker, const std::function<Status(const ports::Event&)>& write,
      const std::function<bool()>& may = [] { return true; });

  /// Forgets all Events, because another process leads: the status stored by that process now counts as told.
  void forget();

 private:
  struct Told {
    std::string cause;
    Millis at{0};  ///< steady
  };
  struct Unsent {
    ports::Event event;
    int tries = 0;
  };
  [[nodiscard]] Error left_out() const;
  bool is_new(const api::Condition& now, const api::Condition* before, Millis steady, Millis quiet);

  std::map<std::pair<api::ConditionType, api::Code>, Told> told_;  ///< by type and reason
  std::deque<Unsent> unsent_;
  std::size_t given_up_ = 0, left_out_ = 0, beyond_share_ = 0;  ///< not reported yet
  Allowance warnings_{kMost, kRefill},
      others_{kMost, kRefill};  ///< apart, so that trouble uses no allowance of scaling
};

/// Returns the Event for a write that succeeded, with the decision's reasons. Unset: the write is told nowhere.
std::optional<ports::Event> event_of(const Write& write);

}  // namespace aia::loop
