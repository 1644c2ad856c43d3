// Ready of an object that cannot be used says by its reason whether the user, the admin or we must act.
#include "controller/loop/report/condition.h"

#include <algorithm>

#include "controller/api/meta_json.h"

namespace aia::loop {

using api::Code;
using api::Condition;
using api::ConditionStatus;
using api::ConditionType;

Condition condition(ConditionType type, ConditionStatus status, Code reason, std::string message) {
  return {type, status, reason, std::move(message), {}, 0};
}

const Condition* find_condition(const std::vector<Condition>& conditions, ConditionType type) {
  const auto found =
      std::find_if(conditions.begin(), conditions.end(), [&](const Condition& one) { return one.type == type; });
  return found == conditions.end() ? nullptr : &*found;
}

std::optional<Condition> unusable(const std::optional<Error>& problem, const std::optional<std::string>& broken_by) {
  const auto ready = [](Code reason, std::string message) {
    return condition(ConditionType::Ready, ConditionStatus::False, reason, std::move(message));
  };
  if (problem) {
    return ready(problem->kind == ErrorKind::Internal   ? Code::SetAside
                 : problem->kind == ErrorKind::Conflict ? Code::BeyondMaxObjects
                                                        : Code::InvalidSpec,
                 problem->message);
  }
  if (!broken_by) return std::nullopt;
  return ready(Code::InternalError, "the controller is wrong about this object and writes nothing for it but this: " +
                                        *broken_by + "; please report it (docs/runbook.md)");
}

std::vector<Condition> bounded(std::vector<Condition> conditions, std::int64_t generation) {
  for (auto& one : conditions) {
    one.observed_generation = generation;
    one.message = api::cut(one.message, api::kMaxMessage);
  }
  return conditions;
}

api::Reasons bounded(api::Reasons reasons) {
  if (reasons.size() > api::kMaxReasons) reasons.resize(api::kMaxReasons);
  for (auto& reason : reasons) reason.message = api::cut(reason.message, api::kMaxMessage);
  return reasons;
}

}  // namespace aia::loop
