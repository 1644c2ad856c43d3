// Each look compares the starts with the uids of the last look, so a start is measured in the first look after Ready. A
// start still under way raises the P90 if its age already exceeds the P90.
#include "controller/loop/workload/lead_samples.h"

#include <algorithm>

#include "controller/api/validate.h"

namespace aia::loop {
namespace {

constexpr Millis kLate{std::chrono::seconds(2)};  // API timestamps are whole seconds, and watch events arrive late

}  // namespace

std::vector<Start> starts_of(const std::vector<ports::Pod>& pods, bool from_node) {
  std::vector<Start> starts;
  for (const auto& pod : pods) {
    if (from_node && pod.node.empty()) continue;
    const WallTime began = from_node ? pod.bound_since.value_or(pod.created) : pod.created;
    const bool first = !pod.restarted && !pod.lost_since;
    starts.push_back({pod.uid, began, began, pod.ready_since, is_starting(pod), first});
  }
  return starts;
}

void LeadSamples::observe(const std::vector<Start>& starts, WallTime now) {
  std::set<std::string> ready, starting;
  for (const auto& start : starts) {
    const bool known = were_ready_.contains(start.uid);
    (known || start.ready || !start.first ? ready : starting).insert(start.uid);
    if (known || !start.ready || !start.first) continue;
    const Millis took = std::max(Millis(0), *start.ready - start.began);
    const bool is_new = looked_ && start.appeared >= *looked_ - kLate;
    if (is_new || were_starting_.contains(start.uid))
      samples_.push_back(std::min(took, longest_believed()));
    else if (!saw_any_)
      observed_.push_back(took);
  }
  were_ready_ = std::move(ready);
  were_starting_ = std::move(starting);
  saw_any_ = saw_any_ || !starts.empty();
  looked_ = now;
  if (samples_.size() > api::kMaxLeadSamples) samples_.erase(samples_.begin(), samples_.end() - api::kMaxLeadSamples);
}

Millis LeadSamples::longest_believed() const {
  const auto measured = plan::lead_time(samples_, {}, std::nullopt, {});
  const bool is_measured = measured.source == api::LeadTimeSource::Measured;
  return is_measured ? std::min(2 * measured.p90, api::kLongestLead) : api::kLongestLead;
}

plan::LeadTime LeadSamples::lead(const std::vector<Start>& starts, WallTime now,
                                 const std::optional<Millis>& configured,
                                 const plan::LeadTimeSettings& settings) const {
  const auto measured = plan::lead_time(samples_, observed_, configured, settings);
  if (measured.source != api::LeadTimeSource::Measured) return measured;
  auto with_starting = samples_;
  for (const auto& start : starts) {
    const Millis age = now - start.began;
    const bool first_start = start.starting && start.first && !were_ready_.contains(start.uid);
    if (first_start && age > measured.p90 && age <= 2 * measured.p90) with_starting.push_back(age);
  }
  auto raised = plan::lead_time(with_starting, {}, configured, settings);
  raised.samples = measured.samples;
  return raised.p90 > measured.p90 ? raised : measured;
}

}  // namespace aia::loop
