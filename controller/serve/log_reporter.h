// The cycle as a log: each object's first decision and each that changed, with figures and reasons, and each error when
// it begins and ends. What stays as it was is not said again. A follower's decisions are details; when it comes to
// lead, each object's decision is said as its first.
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
  void report(const ports::CycleReport& cycle) override;

 private:
  void report_clock(const ports::CycleReport& cycle);

  struct Decision {
    std::string action;
    std::optional<int> desired;
    bool leading = true;
    bool operator==(const Decision&) const = default;
  };
  using Trouble = std::tuple<api::ObjectKey, std::string, ErrorKind>;  // object, step, kind
  std::map<api::ObjectKey, Decision> decisions_;                       // as last said
  std::map<Trouble, std::string> troubles_;                            // with their newest message
  std::optional<bool> synced_;
  bool clock_is_off_ = false;
};

}  // namespace aia::serve
