// Sends batches: every query becomes one or more requests, all requests go out together, and each answer returns to its
// query. The answers of a query are joined as soon as its last page is in, to free the text early.
#include "controller/prometheus/source.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <utility>

#include "controller/http/make_transport.h"
#include "controller/prometheus/evidence.h"
#include "controller/prometheus/limits.h"
#include "controller/prometheus/request.h"
#include "controller/prometheus/response.h"
#include "controller/prometheus/selectors.h"
#include "controller/prometheus/why_empty.h"

namespace aia::prometheus {
namespace {

constexpr std::size_t kMostInquiries = 4, kMostWhys = 256;  // expressions per call, and expressions remembered
constexpr Millis kWhyKept = std::chrono::minutes(2);
constexpr int kMostSeries = 10;  // in an answer about an empty query

constexpr int kShareOfFinding = 4;  // finding out the parameters may take a quarter of a batch's time

/// An instant query must return one value per series; `up[5m]` returns many. Errors: Invalid.
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

/// Adds advice for the author of a query whose answer is too large.
Error with_advice(Error error) {
  if (error.kind == ErrorKind::TooLarge) error.message += "; aggregate with sum(), and drop labels that are long";
  return error;
}

/// A restricted query is parsed with the grammar with which tenancy.cc restricted the query.
Grammar grammar_of(const PrometheusOptions& options) {
  return options.tenancy.raw_promql == RawPromql::Allow ? Grammar::Newest : Grammar::Classic;
}

/// The selectors of one expression. Without a restriction, an unknown expression may be an extension of the server: no
/// selectors, and the parser's message in `unread`.
struct Read {
  Result<Selectors> selectors;
  std::string unread;
};

Read read(const std::string& promql, const PrometheusOptions& options) {
  auto found = find_selectors(promql, grammar_of(options));
  if (!found && options.tenancy.raw_promql == RawPromql::Allow) return {Selectors{}, found.error().message};
  if (found && static_cast<int>(found->all.size()) > options.max_selectors)
    found = Error{ErrorKind::Invalid, "the query has " + std::to_string(found->all.size()) +
                                          " series selectors, and what lies behind more than " +
                                          std::to_string(options.max_selectors) + " is not asked for"};
  return {std::move(found), ""};
}

ports::Evidence unread(const std::string& why) {
  ports::Evidence evidence;
  evidence.unread = why;
  return evidence;
}

Millis machine_time() {
  return std::chrono::floor<Millis>(std::chrono::steady_clock::now().time_since_epoch());
}

Error too_many_sources(const std::string& tenant, std::int64_t share) {
  return {ErrorKind::Invalid, "more than " + std::to_string(share) + " series lie behind the queries of namespace " +
                                  tenant + ", its share in this cycle"};
}

}  // namespace

OneAtATime::Held OneAtATime::wait(Millis longest) {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, longest, [&] { return !taken_; })) return Held(nullptr);
  taken_ = true;
  return Held(this);
}

OneAtATime::Held::~Held() {
  if (of_ == nullptr) return;
  const std::lock_guard lock(of_->mutex_);
  of_->taken_ = false;
  of_->freed_.notify_one();
}

PrometheusSource::PrometheusSource(std::shared_ptr<http::Transport> transport, PrometheusOptions options,
                                   std::optional<Manners> known, Steady steady)
    : transport_(std::move(transport)),
      options_(std::move(options)),
      steady_(steady ? std::move(steady) : Steady(machine_time)),
      acquaintance_(known) {}

Status PrometheusSource::reach(WallTime at, Millis deadline) {
  const auto lock = finding_.wait(deadline);
  if (!lock) return Error{ErrorKind::Timeout, "it does not answer"};
  if (acquaintance_.known()) return done;
  const auto found = find_manners(at, deadline);
  if (!found) return found.error();
  return done;
}

/// Precondition: the caller holds `finding_`.
Result<Manners> PrometheusSource::find_manners(WallTime at, Millis deadline) {
  const Millis until = steady_() + deadline;
  const auto found = prometheus::find_manners([&](const Manners& manners) -> Result<http::Response> {
    const Millis left = until - steady_();
    if (left <= Millis(0)) return Error{ErrorKind::Timeout, "it does not answer in time"};
    const auto requests = build_requests({"vector(1)", at}, options_, manners, left);
    if (!requests) return requests.error();
    return transport_->send(requests->front(), left);
  });
  acquaintance_.told(found, steady_());
  return found;
}

Result<std::string> PrometheusSource::admit(const std::string& promql, const std::string& ns) const {
  return prometheus::admit(promql, ns, options_.tenancy);
}

/// Hands over the answer of each query once all of its pages are in, and drops its text by then.
void PrometheusSource::ask(const std::vector<ports::MetricQuery>& queries, Millis deadline, const Take& take) {
  if (queries.empty()) return;
  const Millis begun = steady_();
  if (acquaintance_.is_due(begun)) {
    const auto lock = finding_.wait(deadline / kShareOfFinding);
    if (lock && acquaintance_.is_due(begun))
      static_cast<void>(find_manners(queries.front().end, deadline / kShareOfFinding));
    deadline = std::max(Millis(1), deadline - (steady_() - begun));
  }
  const Manners manners = acquaintance_.manners();
  struct Asked {
    std::vector<Result<ports::QueryAnswer>> pages;
    std::size_t missing = 0;
  };
  std::vector<Asked> asked(queries.size());
  std::vector<http::Request> requests;
  std::vector<std::pair<std::size_t, std::size_t>> page_of;  // the query of each request, and the page
  for (std::size_t i = 0; i < queries.size(); ++i) {
    auto built = build_requests(queries[i], options_, manners, deadline);
    if (!built) {
      take(i, built.error());
      continue;
    }
    asked[i].missing = built->size();
    asked[i].pages.assign(built->size(), Error{ErrorKind::Internal, "this page was not read", {}});
    for (std::size_t k = 0; k < built->size(); ++k) {
      page_of.emplace_back(i, k);
      requests.push_back(std::move((*built)[k]));
    }
  }
  Met met{requests.size()};
  transport_->send_each(requests, deadline, [&](std::size_t request, Result<http::Response> response) {
    const auto [query, page] = page_of[request];
    auto& own = asked[query];
    if (response && refuses(response->status)) ++met.refused;
    auto answer = response ? parse_response(std::move(*response)) : with_advice(response.error());
    if (answer) ++met.answered;
    own.pages[page] = within_limits(std::move(answer), queries[query], options_, deadline);
    if (--own.missing > 0) return;
    auto whole = stitch(std::move(own.pages));
    if (whole) whole = within_limits(std::move(whole), queries[query], options_, deadline);
    take(query, whole && !queries[query].start ? one_sample_each(std::move(*whole)) : std::move(whole));
  });
  acquaintance_.met(met, steady_());
}

std::vector<Result<ports::QueryAnswer>> PrometheusSource::query(const std::vector<ports::MetricQuery>& queries,
                                                                Millis deadline) {
  std::vector<Result<ports::QueryAnswer>> answers(queries.size(), Error{ErrorKind::Internal, "not asked", {}});
  ask(queries, deadline, [&](std::size_t i, Result<ports::QueryAnswer> answer) { answers[i] = std::move(answer); });
  return answers;
}

int PrometheusSource::evidence_queries(const std::string& promql) const {
  const auto found = read(promql, options_).selectors;
  if (!found) return 0;
  std::set<std::string> different;
  for (const auto& selector : found->all) different.insert(evidence_query(selector));
  return static_cast<int>(different.size());
}

std::vector<Result<ports::Evidence>> PrometheusSource::evidence(const std::vector<ports::EvidenceQuery>& wanted,
                                                                WallTime at, Millis deadline) {
  std::vector<Read> expressions;
  std::vector<ports::MetricQuery> queries;
  std::map<std::pair<std::string, std::string>, std::size_t> place;  // a tenant asks about each selector once
  std::map<std::string, std::int64_t> sources_of;                    // by tenant
  for (const auto& [expression, tenant] : wanted) {
    sources_of.try_emplace(tenant, 0);
    expressions.push_back(read(expression, options_));
    if (!expressions.back().selectors) continue;
    for (const auto& selector : expressions.back().selectors->all) {
      ports::MetricQuery query;
      query.promql = evidence_query(selector);
      query.end = at;
      query.tenant = tenant;
      if (place.try_emplace({tenant, query.promql}, queries.size()).second) queries.push_back(std::move(query));
    }
  }
  const auto share = options_.max_sources / std::max<std::int64_t>(1, static_cast<std::int64_t>(sources_of.size()));
  std::vector<Result<Behind>> found(queries.size(), Error{ErrorKind::Internal, "not asked", {}});
  ask(queries, deadline, [&](std::size_t i, Result<ports::QueryAnswer> answer) {
    if (!answer) {
      found[i] = answer.error();
      return;
    }
    auto& sources = sources_of.at(queries[i].tenant);
    sources += static_cast<std::int64_t>(answer->series.size());
    found[i] = sources <= share ? Result<Behind>(behind(*answer)) : too_many_sources(queries[i].tenant, share);
  });
  std::vector<Result<ports::Evidence>> out;
  for (std::size_t e = 0; e < wanted.size(); ++e) {
    const auto& [own, why_unread] = expressions[e];
    if (!why_unread.empty()) {
      out.emplace_back(unread(why_unread));
      continue;
    }
    std::optional<Error> failed;
    if (!own) failed = own.error();
    std::vector<const Behind*> each;
    for (std::size_t i = 0; !failed && i < own->all.size(); ++i) {
      const auto& one = found[place.at({wanted[e].tenant, evidence_query(own->all[i])})];
      if (one) each.push_back(&*one);
      if (!one) failed = one.error().in("evidence for " + own->all[i].text);
    }
    out.push_back(failed ? Result<ports::Evidence>(*failed) : reduce(*own, each));
  }
  return out;
}

std::vector<std::string> PrometheusSource::why_empty(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                     Millis deadline) {
  const std::lock_guard lock(why_mutex_);
  const Millis now = steady_();
  std::erase_if(why_, [&](const auto& entry) { return now - entry.second.known_at >= kWhyKept; });
  std::vector<ports::EvidenceQuery> fresh;
  for (const auto& query : queries) {
    const auto same = [&](const auto& other) { return other.promql == query.promql; };
    if (fresh.size() == kMostInquiries || why_.size() + fresh.size() == kMostWhys) break;
    if (!why_.contains(query.promql) && std::none_of(fresh.begin(), fresh.end(), same)) fresh.push_back(query);
  }
  look_into(fresh, at, now + deadline);
  std::vector<std::string> sentences;
  for (const auto& query : queries) {
    const auto found = why_.find(query.promql);
    sentences.push_back(found == why_.end() ? "" : found->second.sentence);
  }
  return sentences;
}

/// Asks step by step, the same step of all expressions in parallel. Precondition: the caller holds `why_mutex_`.
void PrometheusSource::look_into(const std::vector<ports::EvidenceQuery>& empty, WallTime at, Millis until) {
  struct Looking {
    Inquiry inquiry;
    std::vector<Result<ports::QueryAnswer>> answers{};
  };
  std::vector<Looking> all;
  for (const auto& [promql, tenant] : empty) {
    const auto found = find_selectors(promql, grammar_of(options_));
    all.push_back({Inquiry(found ? *found : Selectors{}, options_.tenancy.raw_promql != RawPromql::Allow)});
  }
  for (;;) {
    std::vector<ports::MetricQuery> asked;
    std::vector<std::size_t> who;
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (auto& question : all[i].inquiry.questions()) {
        who.push_back(i);
        asked.push_back({std::move(question), at, std::nullopt, Millis(0), std::nullopt, empty[i].tenant, kMostSeries});
      }
    }
    const Millis left = until - steady_();
    if (asked.empty() || left <= Millis(0)) break;
    auto answers = query(asked, left);
    for (std::size_t i = 0; i < who.size(); ++i) all[who[i]].answers.push_back(std::move(answers[i]));
    for (auto& looking : all)
      if (!looking.answers.empty()) looking.inquiry.take(std::exchange(looking.answers, {}));
  }
  const bool restricts = options_.tenancy.raw_promql == RawPromql::RestrictToNamespace;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::string words = all[i].inquiry.sentence();
    if (restricts && !words.empty())
      words += "; this controller holds queries to " + options_.tenancy.label + "=\"" + empty[i].tenant +
               "\" (--raw-promql)";
    why_[empty[i].promql] = {std::move(words), steady_()};
  }
}

Result<std::unique_ptr<PrometheusSource>> make_prometheus_source(const PrometheusOptions& options) {
  if (auto checked = check(options.tenancy); !checked) return checked.error();
  auto transport_options_or = transport_options(options);
  if (!transport_options_or) return transport_options_or.error();
  auto transport = http::make_beast_transport(*transport_options_or);
  if (!transport) return transport.error().in("Prometheus");
  return std::make_unique<PrometheusSource>(std::shared_ptr<http::Transport>(std::move(*transport)), options);
}

}  // namespace aia::prometheus
