// Why a number is what it is. The planner emits reasons in order; the same list feeds conditions, Events, logs,
// `explain` and reports, so that all of them say the same thing.
#pragma once

#include <string>
#include <vector>

namespace aia::api {

struct Reason {
  std::string code;     ///< stable, CamelCase: scripts may match it ("ForecastFloor")
  std::string message;  ///< one sentence with the numbers in it, for the on-call engineer
  bool operator==(const Reason&) const = default;
};

using Reasons = std::vector<Reason>;

}  // namespace aia::api
