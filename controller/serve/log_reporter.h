// Logs each cycle: the first decision of each object and each change, with figures and reasons, and the begin and end
// of each error. Repetitions are not logged. A follower logs decisions at debug level; when the follower becomes
// leader, the decision of each object is logged as new. No namespace can flood the log: lines beyond its share of a
// cycle are counted in one line, and logged in a later cycle if still true.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "controller/ports/reporter.h"

namespace aia::serve {

class LogReporter : public ports::Reporter {
 public:
  static constexpr std::size_t kMaxLines = 50;  ///< of one namespace's objects, per cycle

  void report(const ports::CycleReport& cycle) override;

 private:
  class Share;
  void report_clock(const ports::CycleReport& cycle);
  void report_troubles(const ports::CycleReport& cycle, Share& share);
  void report_decisions(const ports::CycleReport& cycle, Share& share);

  struct Decision {
    api::Action action = api::Action::Hold;
    std::optional<int> desired;
    bool leading = true;
    bool operator==(const Decision&) const = default;
  };
  using Trouble = std::tuple<api::ObjectKey, std::string, ErrorKind>;  // object, step, kind
  std::map<api::ObjectKey, Decision> decisions_;                       // as last logged
  std::map<Trouble, std::string> troubles_;  // logged as begun and not as ended; with the newest message
  std::optional<bool> synced_;
  bool clock_is_off_ = false;
};

}  // namespace aia::serve
