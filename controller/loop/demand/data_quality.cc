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
Judgement judge_alone(const ports::QueryAnswer& answer, const std::string& unread, WallTime now,
                      const Settings& settings) {
  using plan::Trust;
  const Millis data_age = settings.freshness / 2;
  if (!answer.warnings.empty()) return {Trust::Partial, "Prometheus warns: " + first_of(answer.warnings), data_age};
  const Millis age = now - answer.series.front().samples.back().time;
  if (age > settings.freshness)
    return {Trust::Stale, "the answer is of " + format_rough(age) + " ago", settings.freshness};
  return {Trust::Whole, "what lies behind the query is not known: " + unread, data_age};
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

Judgement judge(const ports::QueryAnswer& answer, const Result<ports::Evidence>& evidence, const Coverage& coverage,
                Sources& sources, WallTime now, const Settings& settings) {
  using plan::Trust;
  if (evidence && !evidence->unread.empty()) return judge_alone(answer, evidence->unread, now, settings);
  if (!evidence) return {Trust::Partial, "its age is not known: " + evidence.error().message, settings.freshness};
  auto dated = *evidence;
  if (const auto ahead = drop_ahead(dated, now, settings); ahead > 0) {
    auto judgement = judge(answer, dated, coverage, sources, now, settings);
    if (judgement.trust == Trust::Whole) judgement.trust = Trust::Partial;
    judgement.note +=
        (judgement.note.empty() ? "" : "; ") + std::to_string(ahead) +
        " sources whose newest sample is dated later than now do not count: compare their clocks with ours";
    return judgement;
  }
  const Millis half_window = evidence->rate_window / 2;
  sources.observe(*evidence, now, settings);
  const auto own = own_pods(*evidence, coverage, now, settings.freshness);
  const auto missing = missing_in_words(sources, own, now, settings);
  const bool lacking = !missing.empty();
  if (evidence->pods.empty()) {
    return {Trust::Partial, "no series lies behind the value, so that its age and coverage are not known",
            settings.freshness + half_window, lacking};
  }
  const auto newest = newest_by_selector(*evidence);
  const auto older = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto least = [&](auto at) { return std::max(Millis(0), now - at->second); };
  const Millis age = least(std::min_element(newest.begin(), newest.end(), older));  // of the query's oldest part
  const Millis youngest = least(std::max_element(newest.begin(), newest.end(), older));
  const Millis data_age = std::min(age, settings.freshness) + half_window;
  const auto partial = [&](std::string why) { return Judgement{Trust::Partial, std::move(why), data_age, lacking}; };
  if (youngest > settings.freshness) {
    return {Trust::Stale, "the newest sample is " + format_rough(youngest) + " old", data_age, lacking};
  }
  if (sources.behind() > settings.freshness)
    return partial("samples of up to " + format_rough(sources.behind()) +
                   " later were read before: the clock was set back, or the server lost them");
  if (!answer.warnings.empty()) return partial("Prometheus warns: " + first_of(answer.warnings));
  if (!evidence->unseen.empty())
    return partial("no series lies behind a part of the query: " + first_of(evidence->unseen));
  if (age > settings.freshness)
    return partial("the newest sample behind a part of the query is " + format_rough(age) + " old");
  if (own.named()) {
    const auto pods = count_pods(own, *coverage.pods, data_age, now);
    if (pods.reporting < pods.expected)
      return partial(std::to_string(pods.reporting) + " of " + std::to_string(pods.expected) + " Ready pods report");
  }
  const auto by_name = count_by_name(*evidence, coverage, now, settings.freshness);
  if (by_name && *by_name < coverage.unseen->counted)
    return partial(std::to_string(*by_name) + " pods whose names begin with " + coverage.unseen->target +
                   "- report, and the scale counts " + std::to_string(coverage.unseen->counted) +
                   ": its pods cannot be seen");
  if (lacking) return partial(missing);
  if (sources.crowded())
    return partial(
        "the series behind it change so often that nobody can tell which are missing: drop labels that "
        "change with each scrape");
  if (!evidence->complete) return partial("the server answered only in part which series lie behind it");
  return {Trust::Whole, "", data_age, false, own.named() || by_name};
}

}  // namespace aia::loop
