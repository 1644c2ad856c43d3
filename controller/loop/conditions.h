// The state of one object in conditions: what is wrong, where, and what to do about it. Ready sums up; the others say
// which part. Reasons are stable words (api/codes.h), messages carry the numbers.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

/// Ready first, then its parts; NodesAhead only where a pool is named. Transition times are not set.
std::vector<api::Condition> conditions_of(const Workload& workload);

/// Ready of an object whose spec does not decode, or that is set aside.
api::Condition unusable(const Error& problem);

/// Ready of an object for which a step threw, with what it said.
api::Condition broken(const std::string& by);

/// The condition of that type, if there is one.
const api::Condition* find_condition(const std::vector<api::Condition>& conditions, api::ConditionType type);

}  // namespace aia::loop
