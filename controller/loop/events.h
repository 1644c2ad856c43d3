// Events: what an operator reads with `kubectl describe`. One Event when replicas were written, with the reasons, one
// when trouble begins, and one when another cause is behind the same trouble; none while it lasts. An Event that the
// API server did not answer is sent again. What one object or one namespace may give is bounded as client-go bounds it
// (tools/record, EventSourceObjectSpamFilter); what is left out is counted and said as an error of the object.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/meta.h"
#include "controller/loop/outage.h"
#include "controller/ports/cluster.h"

namespace aia::loop {

struct Workload;

constexpr int kQuietCycles = 10;  ///< the same trouble is told again after so many at the earliest

/// How many may still be written: a full `most` at first, one more in each `refill`.
class Allowance {
 public:
  Allowance(int most, Millis refill) : most_(most), refill_(refill), left_(most) {}

  /// Takes one, if there is one.
  bool take(Millis steady);
  [[nodiscard]] bool is_full(Millis steady) const;

 private:
  int most_;
  Millis refill_;
  int left_;
  Millis since_{0};  ///< steady; the next one comes `refill` later, where any is missing
};

/// What each namespace may still write, whichever of its objects it is about: objects come and go.
class EventShares {
 public:
  static constexpr int kMost = 250;
  static constexpr Millis kRefill = std::chrono::seconds(10);

  bool take(const std::string& ns, Millis steady);

 private:
  std::map<std::string, Allowance> shares_;
};

/// What was told of one object, and what is still to be sent. Lost with the process: the stored status says what was
/// told before.
class Events {
 public:
  static constexpr std::size_t kMostUnsent = 8;  ///< beyond it the oldest is given up, and that is an error
  static constexpr int kTries = 10;              ///< of one Event, a cycle each
  static constexpr int kMost = 25;               ///< of each type (warnings, others)
  static constexpr Millis kRefill = std::chrono::minutes(5);

  /// To be sent, unless its type's allowance is used up.
  void add(ports::Event event, Millis steady);

  /// Adds a warning for each condition in `types` that is False (ScaleInHeld: True) for a reason that it was not
  /// `before`, or with another cause than was told. The same reason is told again after `quiet` at the earliest, so
  /// that trouble that comes and goes, or words that change in every cycle, do not flood. A type that repeats an
  /// earlier one's words says nothing new.
  void tell(const std::vector<api::Condition>& now, const std::vector<api::Condition>& before,
            const std::vector<api::ConditionType>& types, Millis steady, Millis quiet);

  /// Sends what there is, oldest first, as long as `may` says yes of a new one. What was not answered waits for the
  /// next cycle, and what came after it, too. Returns what went wrong.
  std::vector<Error> send(
      Outage& outage, const std::function<Status(const ports::Event&)>& write,
      const std::function<bool()>& may = [] { return true; });

  /// Another process leads: what it did and stored is what was told.
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
  std::size_t given_up_ = 0, left_out_ = 0, beyond_share_ = 0;   ///< not said yet
  Allowance warnings_{kMost, kRefill}, others_{kMost, kRefill};  ///< trouble takes nothing from what tells of scaling
};

/// That its replicas were written.
ports::Event scaled_event(const Workload& workload);

}  // namespace aia::loop
