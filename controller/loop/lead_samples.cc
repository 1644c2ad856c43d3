// Measuring starts; see lead_samples.h.
#include "controller/loop/lead_samples.h"

#include <algorithm>

namespace aia::loop {

bool is_starting(const ports::Pod& pod) {
  return !pod.ready_since && !pod.finished && !pod.deleting;
}

bool is_ready(const ports::Pod& pod) {
  return pod.ready_since && !pod.finished && !pod.deleting;
}

std::vector<Start> starts_of(const std::vector<ports::Pod>& pods, bool from_node) {
  std::vector<Start> starts;
  for (const auto& pod : pods) {
    if (from_node && pod.node.empty()) continue;
    const WallTime began = from_node ? pod.bound_since.value_or(pod.created) : pod.created;
    starts.push_back({pod.uid, began, pod.ready_since, is_starting(pod), !pod.restarted});
  }
  return starts;
}

void LeadSamples::observe(const std::vector<Start>& starts) {
  std::set<std::string> ready;
  for (const auto& start : starts) {
    const bool known = were_ready_.contains(start.uid);
    if (known || start.ready) ready.insert(start.uid);
    if (known || !start.ready || !start.first) continue;
    const Millis took = std::max(Millis(0), *start.ready - start.began);
    if (first_look_)
      observed_.push_back(took);
    else
      samples_.push_back(std::min(took, longest_believed()));
  }
  were_ready_ = std::move(ready);
  first_look_ = false;
  if (samples_.size() > api::kMaxLeadSamples) samples_.erase(samples_.begin(), samples_.end() - api::kMaxLeadSamples);
}

Millis LeadSamples::longest_believed() const {
  const auto measured = plan::lead_time(samples_, {}, std::nullopt, {});
  return measured.source == api::LeadTimeSource::Measured ? 2 * measured.p90 : Millis::max();
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
