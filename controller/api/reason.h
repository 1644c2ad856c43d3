// Why a number is what it is. The planner emits reasons in order; the same list feeds conditions, Events, logs,
// `explain` and reports, so that all of them say the same thing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controller/api/codes.h"

namespace aia::api {

struct Reason {
  Code code = Code::Unknown;
  std::string message;  ///< one sentence with the numbers in it, for the on-call engineer
  bool operator==(const Reason&) const = default;
};

using Reasons = std::vector<Reason>;

// What the CRDs bound of a status.
inline constexpr std::size_t kMaxReasons = 16;
inline constexpr std::size_t kMaxMessage = 1024;  ///< bytes of one message, whether a reason's or a condition's

}  // namespace aia::api
