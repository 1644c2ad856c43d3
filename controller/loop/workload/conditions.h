// An object's state as conditions: the fault, its place and the remedy. Ready sums up; each further condition covers a
// part of the object. Reasons are stable words (api/codes.h), messages carry the numbers.
#pragma once

#include "controller/loop/workload/workload.h"

namespace aia::loop {

/// Returns Ready first, then the conditions of the parts; NodesAhead only if the spec names a pool. Transition times
/// are not set.
std::vector<api::Condition> conditions_of(const Workload& workload);

}  // namespace aia::loop
