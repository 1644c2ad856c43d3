// P90 by nearest rank: the smallest sample that at least 90 % of the samples do not exceed. Without interpolation, the
// lead time is a start which really happened.
#include "controller/plan/lead_time.h"

#include <algorithm>

#include "controller/api/validate.h"

namespace aia::plan {
namespace {

constexpr int kFarFromMedian = 3;

Millis p90_of(std::vector<Millis> samples) {
  const std::size_t rank = (9 * samples.size() + 9) / 10;  // ceil(0.9 n), from 1
  const auto at = samples.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(samples.begin(), at, samples.end());
  return *at;
}

std::vector<Millis> plausible(std::vector<Millis> observed) {
  std::erase_if(observed, [](Millis one) { return one <= Millis{0} || one > api::kLongestLead; });
  if (observed.empty()) return observed;
  std::sort(observed.begin(), observed.end());
  const Millis median = observed[(observed.size() - 1) / 2];
  std::erase_if(observed, [&](Millis one) { return one > kFarFromMedian * median; });
  return observed;
}

}  // namespace

LeadTime lead_time(const std::vector<Millis>& measured, const std::vector<Millis>& observed,
                   const std::optional<Millis>& configured, const LeadTimeSettings& settings) {
  using api::LeadTimeSource;
  const auto samples = static_cast<int>(std::min(measured.size(), api::kMaxLeadSamples));
  if (configured) return {*configured, LeadTimeSource::Configured, samples};
  if (samples > 0 && samples >= settings.min_samples)
    return {std::clamp(p90_of({measured.end() - samples, measured.end()}), kShortestLead, api::kLongestLead),
            LeadTimeSource::Measured, samples};
  const std::vector<Millis> seen = plausible(observed);
  if (seen.empty()) return {settings.fallback, LeadTimeSource::Default, samples};
  return {p90_of(seen), LeadTimeSource::Observed, samples};
}

}  // namespace aia::plan
