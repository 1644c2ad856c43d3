// Events: what an operator reads with `kubectl describe`. One Event when replicas were written, with the reasons, one
// when trouble begins, and one when another cause is behind the same trouble; none while it lasts. An Event that the
// API server did not answer is sent again.
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

/// What was told of one object, and what is still to be sent. Lost with the process: the stored status says what was
/// told before.
class Events {
 public:
  static constexpr std::size_t kMostUnsent = 8;  ///< beyond it the oldest is given up, and that is an error
  static constexpr int kTries = 10;              ///< of one Event, a cycle each

  void add(ports::Event event);

  /// Adds a warning for each condition in `types` that is False (ScaleInHeld: True) for a reason that it was not
  /// `before`, or with another cause than was told. The same reason is told again after `quiet` at the earliest, so
  /// that trouble that comes and goes, or words that change in every cycle, do not flood. A type that repeats an
  /// earlier one's words says nothing new.
  void tell(const std::vector<api::Condition>& now, const std::vector<api::Condition>& before,
            const std::vector<std::string>& types, Millis steady, Millis quiet);

  /// Sends what there is, oldest first. What was not answered waits for the next cycle, and what came after it, too.
  /// Returns what went wrong.
  std::vector<Error> send(Outage& outage, const std::function<Status(const ports::Event&)>& write);

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
  bool is_new(const api::Condition& now, const api::Condition* before, Millis steady, Millis quiet);

  std::map<std::pair<std::string, std::string>, Told> told_;  ///< by type and reason
  std::deque<Unsent> unsent_;
  std::size_t given_up_ = 0;
};

/// That its replicas were written.
ports::Event scaled_event(const Workload& workload);

}  // namespace aia::loop
