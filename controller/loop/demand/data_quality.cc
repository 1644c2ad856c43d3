// Runs the checks in a fixed order, and the first check that fails gives the trust and the note. The checks go from the
// clocks over the age of samples to warnings, Ready pods without a sample, and missing sources. An expression that our
// scanner does not understand has no evidence, so its answer is judged by the answer's own time and warnings.
#include "controller/loop/demand/data_quality.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace aia::loop {
namespace {

/// Pods or sources that should report, and the number of those reporting.
struct Count {
  int expected = 0;
  int reporting = 0;
};

/// What the evidence says about the target's own pods.
struct Own {
  std::set<std::string> ready;                     ///< names of all Ready pods of the target
  std::set<std::string> fresh;                     ///< names of pods with a fresh sample, also of other targets
  std::set<std::pair<int, std::string>> fresh_in;  ///< `fresh` by selector
  std::set<int> selectors;                         ///< selectors whose series name pods of the target

  [[nodiscard]] bool named() const { return !selectors.empty(); }
};

Own own_pods(const ports::Evidence& evidence, const Coverage& coverage, WallTime now, Millis freshness) {
  Own own;
  if (coverage.pods == nullptr) return own;
  std::set<std::string> names;
  for (const auto& pod : *coverage.pods) {
    names.insert(pod.name);
    if (is_ready(pod)) own.ready.insert(pod.name);
  }
  for (const auto& pod : evidence.pods) {
    if (pod.pod.empty() || (!pod.ns.empty() && pod.ns != coverage.ns)) continue;
    if (names.contains(pod.pod)) own.selectors.insert(pod.selector);
    if (now - pod.newest > freshness) continue;
    own.fresh.insert(pod.pod);
    own.fresh_in.insert({pod.selector, pod.pod});
  }
  return own;
}

/// Counts Ready pods by name. A pod that became Ready less than one data age ago may not have been scraped yet, so the
/// pod counts if its series are there and is not missed otherwise.
Count count_pods(const Own& own, const std::vector<ports::Pod>& pods, Millis data_age, WallTime now) {
  Count count;
  for (const auto& pod : pods) {
    if (!own.ready.contains(pod.name)) continue;
    const bool reports = own.fresh.contains(pod.name);
    if (!reports && now - *pod.ready_since < data_age) continue;
    ++count.expected;
    count.reporting += reports ? 1 : 0;
  }
  return count;
}

/// Returns the number of reporting pods whose names begin with the target's name. Unset: no series, fresh or old, names
/// such a pod, or the target's pods can be seen.
std::optional<int> count_by_name(const ports::Evidence& evidence, const Coverage& coverage, WallTime now,
                                 Millis freshness) {
  if (!coverage.unseen) return std::nullopt;
  const std::string prefix = coverage.unseen->target + "-";
  std::set<std::string> named, fresh;
  for (const auto& pod : evidence.pods) {
    if (!pod.pod.starts_with(prefix) || (!pod.ns.empty() && pod.ns != coverage.ns)) continue;
    named.insert(pod.pod);
    if (now - pod.newest <= freshness) fresh.insert(pod.pod);
  }
  return named.empty() ? std::nullopt : std::optional(static_cast<int>(fresh.size()));
}

/// Counts the target's own sources that reported lately. Only sources of Ready pods count, because pods come and go as
/// we scale. A source whose pod reports from another instance is not missing, because a restart changes the instance.
Count count_own_sources(const Sources& sources, const Own& own, WallTime now) {
  Count count;
  for (const auto& [source, at] : sources.heard()) {
    const bool reports = at >= now;
    if (!own.selectors.contains(source.selector) || !own.ready.contains(source.pod)) continue;
    if (!reports && own.fresh_in.contains({source.selector, source.pod})) continue;
    ++count.expected;
    count.reporting += reports ? 1 : 0;
  }
  return count;
}

/// Returns the missing sources in words; empty: no source is missing.
std::string missing_in_words(const Sources& sources, const Own& own, WallTime now, const Settings& settings) {
  const auto known = count_own_sources(sources, own, now);
  const std::string lately = " that reported in the last " + format_duration(settings.source_memory) + " no longer do";
  if (known.reporting < known.expected)
    return std::to_string(known.expected - known.reporting) + " of " + std::to_string(known.expected) + " sources" +
           lately;
  const auto missing = sources.missing(own.selectors);
  if (missing.empty()) return "";
  const auto most = std::max_element(missing.begin(), missing.end(),
                                     [](const auto& a, const auto& b) { return a.missing < b.missing; });
  const std::string of = most->owner.empty() ? "" : " of " + most->owner;
  std::string words = std::to_string(most->missing) + " of " + std::to_string(most->of) + " sources" + of + lately +
                      " (" + std::to_string(100 * most->missing / most->of) + " % of these sources), since " +
                      format_rfc3339(most->since);
  if (missing.size() > 1) words += " (and of " + std::to_string(missing.size() - 1) + " more owners)";
  return words;
}

/// Returns the time of the newest sample behind each selector.
std::map<int, WallTime> newest_by_selector(const ports::Evidence& evidence) {
  std::map<int, WallTime> newest;
  for (const auto& pod : evidence.pods) {
    const auto [found, is_new] = newest.try_emplace(pod.selector, pod.newest);
    if (!is_new) found->second = std::max(found->second, pod.newest);
  }
  return newest;
}

std::string first_of(const std::vector<std::string>& warnings) {
  return warnings.front() + (warnings.size() > 1 ? " (and " + std::to_string(warnings.size() - 1) + " more)" : "");
}

/// Judges an answer without evidence by itself: the answer is believed if its time is now and it has no warnings. Its
/// data age is assumed to be half the freshness, about as long as scraping and a window of a few scrapes take. Planning
/// for a little later is safe, planning for earlier is not.
DataQuality quality_alone(const ports::QueryAnswer& answer, const std::string& unread, WallTime now,
                          const Settings& settings) {
  using plan::Trust;
  const Millis data_age = settings.freshness / 2;
  if (!answer.warnings.empty()) return {Trust::Partial, "Prometheus warns: " + first_of(answer.warnings), data_age};
  const Millis age = now - answer.series.front().samples.back().time;
  if (age > settings.freshness)
    return {Trust::Stale, "the answer is of " + format_rough(age) + " ago", settings.freshness};
  return {Trust::Whole, "what lies behind the query is not known: " + unread, data_age};
}

/// Ages of the newest samples behind the query's oldest and youngest part.
struct Ages {
  Millis oldest_part{0}, youngest_part{0};
};

/// Precondition: the evidence names series.
Ages ages_of(const ports::Evidence& evidence, WallTime now) {
  const auto newest = newest_by_selector(evidence);
  const auto older = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto [oldest, youngest] = std::minmax_element(newest.begin(), newest.end(), older);
  return {std::max(Millis(0), now - oldest->second), std::max(Millis(0), now - youngest->second)};
}

/// What is known of an answer with evidence.
struct Facts {
  const ports::QueryAnswer& answer;
  const ports::Evidence& evidence;
  const Coverage& coverage;
  const Sources& sources;
  const Own& own;
  Ages ages;
  Millis data_age, freshness;
  std::optional<int> by_name;  ///< reporting pods with the target's name, where its pods cannot be seen
  std::string missing;         ///< missing sources, in words
  WallTime now;
};

/// Why time makes the answer partial, in words; empty: time does not.
std::string late_part(const Facts& facts) {
  if (facts.sources.behind() > facts.freshness)
    return "samples of up to " + format_rough(facts.sources.behind()) +
           " later were read before: the clock was set back, or the server lost them";
  if (!facts.answer.warnings.empty()) return "Prometheus warns: " + first_of(facts.answer.warnings);
  if (!facts.evidence.unseen.empty())
    return "no series lies behind a part of the query: " + first_of(facts.evidence.unseen);
  if (facts.ages.oldest_part > facts.freshness)
    return "the newest sample behind a part of the query is " + format_rough(facts.ages.oldest_part) + " old";
  return "";
}

/// Which pods or sources do not report, in words; empty: all do.
std::string silent_part(const Facts& facts) {
  if (facts.own.named()) {
    const auto pods = count_pods(facts.own, *facts.coverage.pods, facts.data_age, facts.now);
    if (pods.reporting < pods.expected)
      return std::to_string(pods.reporting) + " of " + std::to_string(pods.expected) + " Ready pods report";
  }
  if (facts.by_name && *facts.by_name < facts.coverage.unseen->counted)
    return std::to_string(*facts.by_name) + " pods whose names begin with " + facts.coverage.unseen->target +
           "- report, and the scale counts " + std::to_string(facts.coverage.unseen->counted) +
           ": its pods cannot be seen";
  if (!facts.missing.empty()) return facts.missing;
  if (facts.sources.crowded())
    return "the series behind it change so often that nobody can tell which are missing: drop labels that "
           "change with each scrape";
  if (!facts.evidence.complete) return "the server answered only in part which series lie behind it";
  return "";
}

/// Judges an answer by its evidence, all of whose samples are dated in the past.
DataQuality quality_by_evidence(const ports::QueryAnswer& answer, const ports::Evidence& evidence,
                                const Coverage& coverage, Sources& sources, WallTime now, const Settings& settings) {
  using plan::Trust;
  const Millis half_window = evidence.rate_window / 2;
  sources.observe(evidence, now, settings);
  const auto own = own_pods(evidence, coverage, now, settings.freshness);
  const auto missing = missing_in_words(sources, own, now, settings);
  const bool lacking = !missing.empty();
  if (evidence.pods.empty()) {
    return {Trust::Partial, "no series lies behind the value, so that its age and coverage are not known",
            settings.freshness + half_window, lacking};
  }
  const Ages ages = ages_of(evidence, now);
  const Millis data_age = std::min(ages.oldest_part, settings.freshness) + half_window;
  if (ages.youngest_part > settings.freshness)
    return {Trust::Stale, "the newest sample is " + format_rough(ages.youngest_part) + " old", data_age, lacking};
  const Facts facts{answer,
                    evidence,
                    coverage,
                    sources,
                    own,
                    ages,
                    data_age,
                    settings.freshness,
                    count_by_name(evidence, coverage, now, settings.freshness),
                    missing,
                    now};
  for (const auto& why : {late_part(facts), silent_part(facts)})
    if (!why.empty()) return {Trust::Partial, why, data_age, lacking};
  return {Trust::Whole, "", data_age, false, own.named() || facts.by_name};
}

}  // namespace

Result<double> single_value(const Result<ports::QueryAnswer>& answer) {
  if (!answer) return answer.error();
  const auto& series = answer->series;
  if (series.empty() || series.front().samples.empty()) {
    return Error{ErrorKind::NotFound, std::string(kMatchedNothing) + "check its metric name and labels"};
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

std::size_t drop_ahead(ports::Evidence& evidence, WallTime now, const Settings& settings) {
  return std::erase_if(evidence.pods, [&](const auto& pod) { return pod.newest > now + settings.cycle; });
}

DataQuality data_quality(const ports::QueryAnswer& answer, const Result<ports::Evidence>& evidence,
                         const Coverage& coverage, Sources& sources, WallTime now, const Settings& settings) {
  using plan::Trust;
  if (!evidence) return {Trust::Partial, "its age is not known: " + evidence.error().message, settings.freshness};
  if (!evidence->unread.empty()) return quality_alone(answer, evidence->unread, now, settings);
  auto dated = *evidence;
  const auto ahead = drop_ahead(dated, now, settings);
  auto quality = quality_by_evidence(answer, dated, coverage, sources, now, settings);
  if (ahead == 0) return quality;
  if (quality.trust == Trust::Whole) quality.trust = Trust::Partial;
  quality.note += (quality.note.empty() ? "" : "; ") + std::to_string(ahead) +
                  " sources whose newest sample is dated later than now do not count: compare their clocks with ours";
  return quality;
}

}  // namespace aia::loop
