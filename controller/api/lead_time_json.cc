// Each sample is read with a Problem of its own, so that a single bad sample spoils neither the other samples nor the
// status.
#include "controller/api/lead_time_json.h"

namespace aia::api {

LeadTimeStatus lead_time_from(const Field& field) {
  LeadTimeStatus lead;
  if (!field.present()) return lead;
  lead.source = field["source"].one_of(kLeadTimeSources);
  lead.p90 = field["p90"].duration();
  for (const Field& sample : field["samples"].items()) {
    Problem problem;
    const Millis measured = sample.within(problem).duration();
    if (!problem && lead.samples.size() < kMaxLeadSamples) lead.samples.push_back(measured);
  }
  return lead;
}

nlohmann::json lead_time_to_json(const LeadTimeStatus& lead) {
  nlohmann::json samples = nlohmann::json::array();
  const std::vector<Millis>& all = lead.samples;  // newest last: the newest are kept
  for (std::size_t i = all.size() > kMaxLeadSamples ? all.size() - kMaxLeadSamples : 0; i < all.size(); ++i)
    samples.push_back(format_duration(all[i]));
  return {{"source", to_string(lead.source)}, {"p90", format_duration(lead.p90)}, {"samples", std::move(samples)}};
}

}  // namespace aia::api
