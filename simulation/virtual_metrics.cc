// Answers are computed from the services' scrapes at the time of the query; no series is stored. The hard case is a
// rate over a window in which some sources stopped: rate() below sums the rates of the sources, as PromQL does.
#include "simulation/virtual_metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace aia::simulation {
namespace {

constexpr Millis kLongLookback = std::chrono::minutes(10);

/// The sum of the sources' rates over (at − window, at], each the mean over the scrapes that reached the source; NaN:
/// no scrape reached a source. A fault hits the same sources at every scrape, so a window has two kinds of sources.
double rate(const Service& service, WallTime at, Millis window) {
  double sum = 0, whole_sum = 0, missing = 0;
  int count = 0, whole_count = 0;
  const auto oldest = service.newest_scrape(at - window);
  for (auto i = service.newest_scrape(at); i > oldest; --i) {
    const double rps = service.scraped_rps(i), share = service.scraped_missing(i);
    if (std::isnan(rps)) continue;
    sum += rps / (1 - share);
    ++count;
    missing = std::max(missing, share);
    if (share > 0) continue;
    whole_sum += rps;
    ++whole_count;
  }
  if (count == 0) return kNoSample;
  const double of_missing = whole_count == 0 ? 0 : whole_sum / whole_count;
  return (1 - missing) * sum / count + missing * of_missing;
}

/// The newest value of `sample` in (at − lookback, at].
template <class Sample>
double newest(const Service& service, WallTime at, Millis lookback, Sample sample) {
  const auto oldest = service.newest_scrape(at - lookback);
  for (auto i = service.newest_scrape(at); i > oldest; --i) {
    const double value = sample(i);
    if (!std::isnan(value)) return value;
  }
  return kNoSample;
}

}  // namespace

Result<std::string> VirtualMetrics::admit(const std::string& promql, const std::string&) const {
  return promql;
}

VirtualMetrics::Asked VirtualMetrics::parse(const std::string& promql) const {
  const auto colon = promql.find(':'), slash = promql.find('/');
  if (colon == std::string::npos || slash == std::string::npos || slash < colon) return {};
  const std::string what = promql.substr(0, colon);
  Asked asked;
  asked.service = world_.service({promql.substr(colon + 1, slash - colon - 1), promql.substr(slash + 1)});
  static const std::map<std::string, What> kKnown{{"demand", What::Demand},
                                                  {"last", What::Last},
                                                  {"queue", What::Queue},
                                                  {"busy", What::Busy},
                                                  {"utilization", What::Utilization}};
  const auto known = kKnown.find(what);
  if (known == kKnown.end()) return {};
  asked.what = known->second;
  return asked;
}

double VirtualMetrics::value(const Asked& asked, WallTime at) const {
  const auto& service = *asked.service;
  switch (asked.what) {
    case What::Demand: return rate(service, at, options_.rate_window);
    case What::Last: return newest(service, at, kLongLookback, [&](auto i) { return service.scraped_rps(i); });
    case What::Queue: return newest(service, at, options_.lookback, [&](auto i) { return service.scraped_queue(i); });
    case What::Busy: return newest(service, at, options_.lookback, [&](auto i) { return service.scraped_busy(i); });
    case What::Utilization:
      return newest(service, at, options_.lookback, [&](auto i) { return service.scraped_utilization(i); });
  }
  return kNoSample;
}

ports::QueryAnswer VirtualMetrics::answer(const ports::MetricQuery& query) const {
  const auto asked = parse(query.promql);
  ports::QueryAnswer answer;
  if (asked.service == nullptr) return answer;
  ports::LabelledSeries series;
  const Millis step = query.start ? query.step : Millis(1);
  for (WallTime at = query.start.value_or(query.end); at <= query.end; at += step) {
    const double sample = value(asked, at);
    if (!std::isnan(sample)) series.samples.push_back({at, sample});
  }
  if (!series.samples.empty()) answer.series.push_back(std::move(series));
  return answer;
}

std::vector<Result<ports::QueryAnswer>> VirtualMetrics::query(const std::vector<ports::MetricQuery>& queries, Millis) {
  std::vector<Result<ports::QueryAnswer>> answers;
  answers.reserve(queries.size());
  for (const auto& query : queries) {
    if (query.by) {
      answers.emplace_back(Error{ErrorKind::Invalid, "simulated series have no label " + query.by->label});
    } else {
      answers.emplace_back(answer(query));
    }
  }
  return answers;
}

ports::Evidence VirtualMetrics::evidence_of(const std::string& promql, WallTime at) const {
  const auto asked = parse(promql);
  ports::Evidence evidence;
  if (asked.service == nullptr) return evidence;
  // The series are listed by an instant selector, which looks back no further than Prometheus does.
  for (const auto& source : asked.service->sources(at, options_.lookback)) {
    evidence.pods.push_back(
        {source.pod.empty() ? "" : asked.service->key().ns, source.pod, source.newest, source.instance});
  }
  if (asked.what == What::Demand) evidence.rate_window = options_.rate_window;
  return evidence;
}

int VirtualMetrics::evidence_queries(const std::string& /*promql*/) const {
  return 1;
}

std::vector<Result<ports::Evidence>> VirtualMetrics::evidence(const std::vector<ports::EvidenceQuery>& queries,
                                                              WallTime at, Millis) {
  std::vector<Result<ports::Evidence>> all;
  all.reserve(queries.size());
  for (const auto& one : queries) all.push_back(evidence_of(one.promql, at));
  return all;
}

}  // namespace aia::simulation
