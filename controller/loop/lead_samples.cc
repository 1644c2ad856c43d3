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

void LeadSamples::observe(const std::vector<ports::Pod>& pods) {
  std::set<std::string> ready;
  for (const auto& pod : pods) {
    const bool known = were_ready_.contains(pod.uid);
    if (known || pod.ready_since) ready.insert(pod.uid);
    if (known || !pod.ready_since || pod.restarted || first_look_) continue;
    samples_.push_back(std::max(Millis(0), *pod.ready_since - pod.created));
  }
  were_ready_ = std::move(ready);
  first_look_ = false;
  if (samples_.size() > api::kMaxLeadSamples) samples_.erase(samples_.begin(), samples_.end() - api::kMaxLeadSamples);
}

plan::LeadTime LeadSamples::lead(const std::vector<ports::Pod>& pods, WallTime now,
                                 const std::optional<Millis>& configured,
                                 const plan::LeadTimeSettings& settings) const {
  const auto measured = plan::lead_time(samples_, configured, settings);
  if (measured.source != api::LeadTimeSource::Measured) return measured;
  auto with_starting = samples_;
  for (const auto& pod : pods) {
    const Millis age = now - pod.created;
    const bool first_start = is_starting(pod) && !pod.restarted && !were_ready_.contains(pod.uid);
    if (first_start && age > measured.p90 && age <= 2 * measured.p90) with_starting.push_back(age);
  }
  auto raised = plan::lead_time(with_starting, configured, settings);
  raised.samples = measured.samples;
  return raised.p90 > measured.p90 ? raised : measured;
}

}  // namespace aia::loop
