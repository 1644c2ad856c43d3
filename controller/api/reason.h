// The reasons behind a number. The planner emits reasons in order; conditions, Events, logs, `explain` and reports show
// the same list, so that all of them agree (rule 12).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controller/api/codes.h"
#include "controller/api/schema.h"

namespace aia::api {

// The CRDs' bounds of a status.
inline constexpr std::size_t kMaxReasons = 16;
inline constexpr std::size_t kMaxMessage = 1024;  ///< bytes of a message, of a reason or a condition

struct Reason {
  Code code = Code::Unknown;
  std::string message;  ///< a sentence with the numbers, for the on-call engineer
  bool operator==(const Reason&) const = default;

  static void fields(auto& at, auto& reason) {
    at.required("code", reason.code, Text{.most = 64});
    at.required("message", reason.message, Text{.most = kMaxMessage});
  }
};

using Reasons = std::vector<Reason>;

}  // namespace aia::api
