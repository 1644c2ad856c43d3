// The cycle as a log: each object's first decision and each that changed, with figures and reasons, and each error when
// it begins and ends. What stays as it was is not said again. A follower's decisions are details; when it comes to
// lead, each object's decision is said as its first. No namespace floods the log: what goes beyond its share of a cycle
// is counted in one line, and said in a later cycle if it still holds.
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
  static constexpr std::size_t kMaxLines = 50;  ///< of one namespace's objects, a cycle

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
  std::map<api::ObjectKey, Decision> decisions_;                       // as last said
  std::map<Trouble, std::string> troubles_;                            // said and not said to be over; newest message
  std::optional<bool> synced_;
  bool clock_is_off_ = false;
};

}  // namespace aia::serve
