// The common part of the conditions of AIAutoscalers and AcceleratorPools: how a condition is made and found, the
// single condition of an object that cannot be used, and the bounds of a status. Source: Kubernetes API conventions,
// "Typical status properties".
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/meta.h"
#include "controller/loop/cycle/cycle.h"

namespace aia::loop {

/// A condition without transition time and generation.
api::Condition condition(api::ConditionType type, api::ConditionStatus status, api::Code reason, std::string message);

/// Returns the condition of this type, or nullptr if there is none.
const api::Condition* find_condition(const std::vector<api::Condition>& conditions, api::ConditionType type);

/// Returns Ready of an object that cannot be used: `problem` if its spec does not decode or the object is set aside,
/// `broken_by` if a step threw. Unset: the object can be used.
std::optional<api::Condition> unusable(const std::optional<Error>& problem,
                                       const std::optional<std::string>& broken_by);

/// Cuts messages to the CRD's bound and sets the generation.
std::vector<api::Condition> bounded(std::vector<api::Condition> conditions, std::int64_t generation);

/// Keeps as many reasons, and as much of their messages, as the CRD allows.
api::Reasons bounded(api::Reasons reasons);

/// Returns the conditions of `subject`: those made by `parts()`, or Ready alone if the subject cannot be used.
template <class Stored, class Parts>
std::vector<api::Condition> conditions_of(const Subject<Stored>& subject, Parts parts) {
  auto alone = unusable(subject.problem, subject.broken_by);
  return bounded(alone ? std::vector{std::move(*alone)} : parts(), subject.object.meta.generation);
}

}  // namespace aia::loop
