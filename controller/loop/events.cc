// Which Events a cycle gives; see events.h.
#include "controller/loop/events.h"

#include "controller/loop/conditions.h"

namespace aia::loop {
namespace {

constexpr std::size_t kMaxNote = 1000;

std::string in_words(const api::Reasons& reasons) {
  std::string words;
  for (const auto& reason : reasons) {
    if (words.size() + reason.message.size() > kMaxNote) break;
    words += (words.empty() ? "" : "; ") + reason.message;
  }
  return words;
}

ports::Event scaled(const Workload& workload) {
  const auto& decision = *workload.decision;
  const bool out = decision.action == plan::Action::ScaleOut;
  const auto from = std::to_string(workload.target->spec_replicas), to = std::to_string(*decision.desired);
  return {false, out ? "ScaledOut" : "ScaledIn", out ? "ScaleOut" : "ScaleIn",
          "from " + from + " to " + to + " replicas: " + in_words(decision.reasons)};
}

/// True when the condition is False now and was not, or was for another reason.
bool trouble_begins(const api::Condition& now, const api::Condition* before) {
  if (now.status != api::ConditionStatus::False) return false;
  return before == nullptr || before->status != now.status || before->reason != now.reason;
}

}  // namespace

std::vector<ports::Event> events_of(const Workload& workload, const api::AutoscalerStatus& next) {
  std::vector<ports::Event> events;
  if (workload.scaled) events.push_back(scaled(workload));
  std::string told;  // Ready repeats what another condition says
  for (const std::string type : {"Ready", "MetricsHealthy", "AbleToScale", "NodesAhead"}) {
    const auto* condition = find_condition(next.conditions, type);
    if (condition == nullptr || condition->reason == told) continue;
    if (!trouble_begins(*condition, find_condition(workload.state->status.conditions, type))) continue;
    told = condition->reason;
    events.push_back({true, condition->reason, "Reconcile", condition->message});
  }
  return events;
}

}  // namespace aia::loop
