// Carries conditions from a cycle to the next. A condition keeps its transition time while its status is the same,
// because alerts and people read the time as "since".
#include "controller/api/meta.h"

#include <algorithm>

namespace aia::api {

std::vector<Condition> with_transition_times(std::vector<Condition> next, const std::vector<Condition>& previous,
                                             WallTime now) {
  for (Condition& condition : next) {
    const auto before = std::find_if(previous.begin(), previous.end(),
                                     [&](const Condition& other) { return other.type == condition.type; });
    const bool stayed = before != previous.end() && before->status == condition.status;
    condition.last_transition = stayed ? before->last_transition : now;
  }
  return next;
}

}  // namespace aia::api
