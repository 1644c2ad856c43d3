// A pool's state as conditions: the fault, its place and the remedy, as for workloads.
#pragma once

#include "controller/loop/nodepool/pool.h"

namespace aia::loop {

/// Returns Ready first, then the conditions of the parts. Transition times are not set.
std::vector<api::Condition> conditions_of(const Pool& pool);

}  // namespace aia::loop
