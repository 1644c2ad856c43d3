// The fields that enter a digest are listed by hand for each type. Two writes that differ only in a field left out here
// count as duplicates (check_duplicates in faults/checks.h), so new status fields belong here, too.
#include "simulation/digest.h"

namespace aia::simulation {
namespace {

constexpr std::uint64_t kPrime = 1099511628211U;

void add(Digest& digest, const api::LeadTimeStatus& lead) {
  digest.add(lead.p90).add(static_cast<std::uint64_t>(lead.source));
  for (const auto sample : lead.samples) digest.add(sample);
}

void add(Digest& digest, const api::Reasons& reasons, const std::vector<api::Condition>& conditions) {
  for (const auto& reason : reasons) digest.add(to_string(reason.code)).add(reason.message);
  for (const auto& one : conditions) {
    digest.add(to_string(one.type))
        .add(static_cast<std::uint64_t>(one.status))
        .add(to_string(one.reason))
        .add(one.message);
    digest.add(one.last_transition).add(static_cast<std::uint64_t>(one.observed_generation));
  }
}

}  // namespace

Digest& Digest::add(const std::string& text) {
  for (const unsigned char c : text) hash_ = (hash_ ^ c) * kPrime;
  return add(static_cast<std::uint64_t>(text.size()));
}

Digest& Digest::add(std::uint64_t number) {
  for (int i = 0; i < 8; ++i, number >>= 8U) hash_ = (hash_ ^ (number & 0xffU)) * kPrime;
  return *this;
}

std::string Digest::hex() const {
  static const char* digits = "0123456789abcdef";
  std::string text(16, '0');
  auto rest = hash_;
  for (auto at = text.rbegin(); at != text.rend(); ++at, rest >>= 4U) *at = digits[rest & 15U];
  return text;
}

Digest digest_of(const api::AutoscalerStatus& status) {
  Digest digest;
  digest.add(static_cast<std::uint64_t>(status.observed_generation));
  digest.add(static_cast<std::uint64_t>(status.current_replicas))
      .add(static_cast<std::uint64_t>(status.ready_replicas.value_or(-1)));
  digest.add(status.desired_replicas).add(status.last_scale_time);
  add(digest, status.lead_time);
  add(digest, status.reasons, status.conditions);
  return digest;
}

Digest digest_of(const api::AcceleratorPoolStatus& status) {
  Digest digest;
  digest.add(static_cast<std::uint64_t>(status.observed_generation));
  digest.add(static_cast<std::uint64_t>(status.nodes)).add(static_cast<std::uint64_t>(status.ready_nodes));
  digest.add(status.planned_nodes);
  digest.add(static_cast<std::uint64_t>(status.gpus)).add(static_cast<std::uint64_t>(status.used_gpus));
  add(digest, status.lead_time);
  digest.add(static_cast<std::uint64_t>(status.before.has_value()));
  if (status.before) digest.add(static_cast<std::uint64_t>(status.before->nodes)).add(status.before->expires);
  add(digest, status.reasons, status.conditions);
  return digest;
}

Digest digest_of(const api::ForecastStatus& status) {
  Digest digest;
  digest.add(status.now).add(status.ahead).add(status.upper).add(status.lead).add(status.queue).add(status.replicas);
  digest.add(status.model).add(status.why).add(status.origin).add(status.expires);
  if (status.backtest) digest.add(status.backtest->skill).add(status.backtest->coverage);
  for (const auto& point : status.fan) {
    digest.add(point.offset);
    for (const double value : point.values) digest.add(value);
  }
  return digest;
}

}  // namespace aia::simulation
