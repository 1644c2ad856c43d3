// Batches: every query becomes its requests, all go out together, and the answers are handed back to the queries they
// belong to.
#include "controller/prometheus/source.h"

#include <map>
#include <utility>

#include "controller/http/make_transport.h"
#include "controller/prometheus/evidence.h"
#include "controller/prometheus/limits.h"
#include "controller/prometheus/request.h"
#include "controller/prometheus/response.h"
#include "controller/prometheus/selectors.h"

namespace aia::prometheus {
namespace {

/// An instant query must give one value a series: `up[5m]` gives many.
Result<ports::QueryAnswer> one_sample_each(ports::QueryAnswer answer) {
  for (const auto& series : answer.series) {
    if (series.samples.size() == 1) continue;
    return Error{
        ErrorKind::Invalid,
        "the query returns a range of samples where one value a series belongs; put rate(), avg_over_time() or "
        "the like around the [range]"};
  }
  return answer;
}

}  // namespace

PrometheusSource::PrometheusSource(std::shared_ptr<http::Transport> transport, PrometheusOptions options)
    : transport_(std::move(transport)), options_(std::move(options)) {}

Result<std::string> PrometheusSource::admit(const std::string& promql, const std::string& ns) const {
  return prometheus::admit(promql, ns, options_.tenancy);
}

std::vector<Result<ports::QueryAnswer>> PrometheusSource::query(const std::vector<ports::MetricQuery>& queries,
                                                                Millis deadline) {
  std::vector<http::Request> requests;
  std::vector<Result<std::size_t>> counts;  // requests of each query, or why it has none
  for (const auto& query : queries) {
    auto built = build_requests(query, options_, deadline);
    if (!built) {
      counts.emplace_back(built.error());
      continue;
    }
    counts.emplace_back(built->size());
    for (auto& request : *built) requests.push_back(std::move(request));
  }
  auto responses = transport_->send_all(requests, deadline);
  std::vector<Result<ports::QueryAnswer>> answers;
  std::size_t next = 0;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (!counts[i]) {
      answers.emplace_back(counts[i].error());
      continue;
    }
    std::vector<Result<ports::QueryAnswer>> pages;
    for (std::size_t k = 0; k < *counts[i]; ++k, ++next) {
      if (responses[next]) {
        pages.push_back(parse_response(std::move(*responses[next])));
      } else {
        pages.emplace_back(responses[next].error());
      }
    }
    auto whole = within_limits(stitch(std::move(pages)), queries[i], options_, deadline);
    answers.push_back(whole && !queries[i].start ? one_sample_each(std::move(*whole)) : std::move(whole));
  }
  return answers;
}

std::vector<Result<ports::Evidence>> PrometheusSource::evidence(const std::vector<std::string>& promql, WallTime at,
                                                                Millis deadline) {
  std::vector<Result<Selectors>> selectors;
  std::vector<ports::MetricQuery> queries;
  std::map<std::string, std::size_t> place;  // one question for a selector, however many expressions have it
  for (const auto& expression : promql) {
    selectors.push_back(find_selectors(expression));
    if (!selectors.back()) continue;
    for (const auto& selector : selectors.back()->all) {
      ports::MetricQuery query;
      query.promql = evidence_query(selector);
      query.end = at;
      if (place.try_emplace(query.promql, queries.size()).second) queries.push_back(std::move(query));
    }
  }
  const auto answers = query(queries, deadline);
  std::vector<Result<ports::Evidence>> out;
  for (const auto& found : selectors) {
    std::optional<Error> failed;
    if (!found) failed = found.error();
    std::vector<ports::QueryAnswer> own;
    for (std::size_t i = 0; !failed && i < found->all.size(); ++i) {
      const auto& answer = answers[place.at(evidence_query(found->all[i]))];
      if (answer) {
        own.push_back(*answer);
      } else {
        failed = answer.error().in("evidence for " + found->all[i].text);
      }
    }
    if (failed) {
      out.emplace_back(*failed);
    } else {
      out.emplace_back(reduce(*found, own));
    }
  }
  return out;
}

Result<std::unique_ptr<ports::MetricsSource>> make_prometheus_source(const PrometheusOptions& options) {
  if (auto checked = check(options.tenancy); !checked) return checked.error();
  auto transport_options_or = transport_options(options);
  if (!transport_options_or) return transport_options_or.error();
  auto transport = http::make_beast_transport(*transport_options_or);
  if (!transport) return transport.error().in("Prometheus");
  return std::unique_ptr<ports::MetricsSource>(
      std::make_unique<PrometheusSource>(std::shared_ptr<http::Transport>(std::move(*transport)), options));
}

}  // namespace aia::prometheus
