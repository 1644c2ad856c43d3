// Trust in an answer; see judge.h.
#include "controller/loop/judge.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "controller/loop/lead_samples.h"

namespace aia::loop {
namespace {

/// How many Ready pods should report, and how many of them do.
struct Count {
  int expected = 0;
  int reporting = 0;
};

/// Counts pods by name. A pod that became Ready less than one data age ago may not have been scraped yet: it counts
/// when it reports and is not missed when it does not.
std::optional<Count> count_pods(const ports::Evidence& evidence, const Coverage& coverage, Millis data_age,
                                WallTime now, Millis freshness) {
  if (coverage.pods == nullptr) return std::nullopt;
  std::set<std::string> seen, fresh;
  for (const auto& pod : evidence.pods) {
    if (pod.pod.empty() || (!pod.ns.empty() && pod.ns != coverage.ns)) continue;
    seen.insert(pod.pod);
    if (now - pod.newest <= freshness) fresh.insert(pod.pod);
  }
  const bool names_our_pods = std::any_of(coverage.pods->begin(), coverage.pods->end(),
                                          [&](const auto& pod) { return seen.contains(pod.name); });
  if (!names_our_pods) return std::nullopt;
  Count count;
  for (const auto& pod : *coverage.pods) {
    if (!is_ready(pod)) continue;
    const bool reports = fresh.contains(pod.name);
    if (!reports && now - *pod.ready_since < data_age) continue;
    ++count.expected;
    count.reporting += reports ? 1 : 0;
  }
  return count;
}

std::string first_of(const std::vector<std::string>& warnings) {
  return warnings.front() + (warnings.size() > 1 ? " (and " + std::to_string(warnings.size() - 1) + " more)" : "");
}

}  // namespace

Result<double> single_value(const Result<ports::QueryAnswer>& answer) {
  if (!answer) return answer.error();
  const auto& series = answer->series;
  if (series.empty() || series.front().samples.empty()) {
    return Error{ErrorKind::NotFound, "the query matched nothing, which is not zero: check its metric name and labels"};
  }
  if (series.size() > 1) {
    return Error{ErrorKind::Invalid,
                 "the query returned " + std::to_string(series.size()) + " series; aggregate with sum()"};
  }
  const double value = series.front().samples.back().value;
  if (std::isnan(value)) return Error{ErrorKind::Unavailable, "the query returned NaN"};
  if (std::isinf(value)) return Error{ErrorKind::Unavailable, "the query returned an infinite value"};
  if (value < 0) return Error{ErrorKind::Unavailable, "the query returned a negative value"};
  if (value > kMostDemand)
    return Error{ErrorKind::Unavailable, "the query returned more than 1e12: no service has that"};
  return value;
}

Judgement judge(const ports::QueryAnswer& answer, const Result<ports::Evidence>& evidence, const Coverage& coverage,
                Sources& sources, WallTime now, const Settings& settings) {
  using plan::Trust;
  if (!evidence) return {Trust::Partial, "its age is not known: " + evidence.error().message, settings.freshness};
  const Millis half_window = evidence->rate_window / 2;
  const auto silence = sources.observe(*evidence, now, settings.freshness, settings.source_memory);
  if (evidence->pods.empty()) {
    return {Trust::Partial, "no series lies behind the value, so that its age and coverage are not known",
            settings.freshness + half_window};
  }
  const auto newest = std::max_element(evidence->pods.begin(), evidence->pods.end(), [](const auto& a, const auto& b) {
                        return a.newest < b.newest;
                      })->newest;
  const Millis age = std::max(Millis(0), now - newest);
  const Millis data_age = std::min(age, settings.freshness) + half_window;
  if (age > settings.freshness) {
    return {Trust::Stale, "the newest sample is " + format_rough(age) + " old", data_age};
  }
  if (!answer.warnings.empty()) {
    return {Trust::Partial, "Prometheus warns: " + first_of(answer.warnings), data_age};
  }
  const auto count = count_pods(*evidence, coverage, data_age, now, settings.freshness);
  if (count && count->reporting < count->expected) {
    return {Trust::Partial,
            std::to_string(count->reporting) + " of " + std::to_string(count->expected) + " Ready pods report",
            data_age};
  }
  if (!count && silence.silent > 0) {
    return {Trust::Partial,
            std::to_string(silence.silent) + " of " + std::to_string(silence.known) +
                " sources that reported in the last " + format_duration(settings.source_memory) + " no longer do",
            data_age};
  }
  if (!evidence->complete)
    return {Trust::Partial, "the server answered only in part which series lie behind it", data_age};
  return {Trust::Whole, "", data_age};
}

}  // namespace aia::loop
