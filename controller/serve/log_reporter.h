// The cycle as a log: each decision that changed, with its figures and reasons, and each error when it begins and ends.
// What stays as it was is not said again.
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
  struct Decision {
    std::string action;
    std::optional<int> desired;
    bool operator==(const Decision&) const = default;
  };
  using Trouble = std::tuple<api::ObjectKey, std::string, ErrorKind>;  // object, step, kind
  std::map<api::ObjectKey, Decision> decisions_;
  std::map<Trouble, std::string> troubles_;  // with their newest message
  std::optional<bool> synced_;
};

}  // namespace aia::serve
