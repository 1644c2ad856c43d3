// P90 by nearest rank: the smallest sample that at least nine in ten do not exceed. No interpolation: it is a start
// that really happened.
#include "controller/plan/lead_time.h"

#include <algorithm>

namespace aia::plan {

LeadTime lead_time(const std::vector<Millis>& measured, const std::optional<Millis>& configured,
                   const LeadTimeSettings& settings) {
  const std::size_t n = std::min(measured.size(), api::kMaxLeadSamples);
  const int samples = static_cast<int>(n);
  if (configured) return {*configured, api::LeadTimeSource::Configured, samples};
  if (n == 0 || samples < settings.min_samples) return {settings.fallback, api::LeadTimeSource::Default, samples};
  std::vector<Millis> newest(measured.end() - samples, measured.end());
  const std::size_t rank = (9 * n + 9) / 10;  // ceil(0.9 n), from 1
  std::nth_element(newest.begin(), newest.begin() + static_cast<std::ptrdiff_t>(rank - 1), newest.end());
  return {newest[rank - 1], api::LeadTimeSource::Measured, samples};
}

}  // namespace aia::plan
