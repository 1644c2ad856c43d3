// An object's state as conditions: the fault, its place and the remedy. Ready sums up; each further condition covers a
// part of the object. Reasons are stable words (api/codes.h), messages carry the numbers.
#pragma once

#include "controller/loop/cycle.h"

namespace aia::loop {

/// Returns Ready first, then the conditions of the parts; NodesAhead only if the spec names a pool. Transition times
/// are not set.
std::vector<api::Condition> conditions_of(const Workload& workload);

/// Returns Ready for an object whose spec does not decode, or for an object set aside.
api::Condition unusable(const Error& problem);

/// Returns Ready for an object for which a step threw; `by` is the exception's message.
api::Condition broken(const std::string& by);

/// Returns the condition of this type, or nullptr if there is none.
const api::Condition* find_condition(const std::vector<api::Condition>& conditions, api::ConditionType type);

}  // namespace aia::loop
