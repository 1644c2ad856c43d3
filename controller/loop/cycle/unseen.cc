// Joins the stale kinds into one message, with the first known cause. The message contains no age, so a status with the
// same message is not written again.
#include "controller/loop/cycle/unseen.h"

namespace aia::loop {

std::string unseen_in_words(const std::vector<ports::WatchAge>& ages, Millis limit) {
  std::string kinds, problem;
  for (const auto& one : ages) {
    if (!one.decides || one.age <= limit) continue;
    kinds += (kinds.empty() ? "" : ", ") + one.resource;
    if (problem.empty()) problem = one.problem;
  }
  if (kinds.empty()) return "";
  return "nothing was heard of " + kinds + " for more than " + format_duration(limit) +
         (problem.empty() ? "" : " (" + problem + ")");
}

}  // namespace aia::loop
