// Faults act on the answers of the inner source: the answer is refused, late, halved with a warning, or garbage. Bad
// samples come from the world itself, so a fluke is noted where an answer exceeds five times the true demand.
#include "simulation/faults/faulty_metrics.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

std::string key_part(const std::string& promql) {
  const auto colon = promql.find(':');
  return colon == std::string::npos ? "" : promql.substr(colon + 1);
}

}  // namespace

FaultyMetrics::FaultyMetrics(World& world, ports::MetricsSource& inner, const FaultPlan& plan, int controller,
                             std::vector<api::ObjectKey> services, Random random)
    : world_(world),
      inner_(inner),
      plan_(plan),
      controller_(controller),
      services_(std::move(services)),
      random_(random) {}

Result<std::string> FaultyMetrics::admit(const std::string& promql, const std::string& ns) const {
  return inner_.admit(promql, ns);
}

int FaultyMetrics::service_of(const std::string& promql) const {
  const auto key = key_part(promql);
  const auto found =
      std::find_if(services_.begin(), services_.end(), [&](const auto& one) { return one.to_string() == key; });
  return found == services_.end() ? -1 : static_cast<int>(found - services_.begin());
}

/// Queries run side by side: the world goes on for as long as the slowest takes. Returns an outcome per query.
std::vector<std::optional<Error>> FaultyMetrics::pass_time(const std::vector<std::string>& promql, Millis deadline) {
  const WallTime at = world_.now();
  const Error late{ErrorKind::Timeout, "Prometheus did not answer in time", {}};
  std::vector<std::optional<Error>> failed(promql.size());
  Millis takes{0};
  for (std::size_t i = 0; i < promql.size(); ++i) {
    const int service = service_of(promql[i]);
    if (const auto* away = plan_.of_controller(FaultKind::MetricsAway, controller_, at)) {
      const bool refused = away->severity < 0.5;
      failed[i] = refused ? Error{ErrorKind::Unavailable, "Prometheus: connection refused", {}} : late;
      takes = std::max(takes, refused ? Millis(0) : deadline);
    } else if (const auto* slow = plan_.of_both(FaultKind::MetricsSlow, controller_, service, at)) {
      const double times = random_.uniform(0, 1 + 3 * slow->severity);
      if (times >= 1) failed[i] = late;
      const auto taken = static_cast<Millis::rep>(std::min(times, 1.0) * static_cast<double>(deadline.count()));
      takes = std::max(takes, Millis(taken));
    }
  }
  if (takes > Millis(0)) world_.advance(takes);
  if (after_wait) after_wait();
  return failed;
}

void FaultyMetrics::note_fluke(const ports::QueryAnswer& answer, int service) {
  const auto at = world_.now();
  const bool lately = plan_.of_service(FaultKind::BadSamples, service, at) != nullptr ||
                      plan_.of_service(FaultKind::BadSamples, service, at - 30s) != nullptr ||
                      plan_.of_service(FaultKind::BadSamples, service, at - 60s) != nullptr;
  if (!lately || answer.series.empty() || answer.series.front().samples.empty()) return;
  const auto& demand = world_.service(services_.at(static_cast<std::size_t>(service)))->options().demand_rps;
  double largest = 0;
  for (Millis ago = 0s; ago <= 3min; ago += 15s) largest = std::max(largest, demand(at - ago));
  if (answer.series.front().samples.back().value > 5 * largest) flukes_.push_back({at, controller_, service});
}

/// Turns the answer into nonsense: NaN, infinite, negative or huge values, no series or a series too many.
void FaultyMetrics::garble(Result<ports::QueryAnswer>& answer, bool range) {
  static constexpr double kNonsense[] = {std::numeric_limits<double>::quiet_NaN(),
                                         std::numeric_limits<double>::infinity(),
                                         -std::numeric_limits<double>::infinity(),
                                         -5,
                                         -1e300,
                                         1e300};
  const double nonsense = kNonsense[random_.integer(0, 5)];
  if (!answer) return;
  auto& series = answer.value().series;
  if (range) {
    for (auto& one : series) {
      for (auto& sample : one.samples) sample.value = random_.chance(0.5) ? nonsense : sample.value;
    }
    return;
  }
  switch (random_.integer(0, 3)) {
    case 0: series.clear(); return;
    case 1:
      if (!series.empty()) series.push_back(series.front());
      return;
    default:
      for (auto& one : series) one.samples.back().value = nonsense;
  }
}

void FaultyMetrics::spoil(Result<ports::QueryAnswer>& answer, const ports::MetricQuery& query, int service,
                          WallTime at) {
  const bool range = query.start.has_value();
  if (range && plan_.of_both(FaultKind::HistoryRefused, controller_, service, at) != nullptr) {
    answer = Error{ErrorKind::Invalid, "query processing would load too many samples into memory", {}};
    return;
  }
  if (plan_.of_both(FaultKind::MetricsGarbage, controller_, service, at) != nullptr) {
    garble(answer, range);
    if (!range) truth_of(service).wrong = "garbage";
  }
  if (answer && !range && plan_.of_both(FaultKind::MetricsWarn, controller_, service, at) != nullptr) {
    answer.value().warnings.emplace_back("partial response: one store is away");
    for (auto& series : answer.value().series) {
      for (auto& sample : series.samples) sample.value /= 2;
    }
    truth_of(service).wrong = "half an answer, with a warning";
  }
}

std::vector<Result<ports::QueryAnswer>> FaultyMetrics::query(const std::vector<ports::MetricQuery>& queries,
                                                             Millis deadline) {
  const WallTime at = world_.now();
  std::vector<std::string> promql;
  for (const auto& one : queries) promql.push_back(one.promql);
  for (const auto& one : queries) {
    const int service = service_of(one.promql);
    if (service < 0 || one.start) continue;
    truth_of(service).observed = at;
    truth_of(service).wrong.clear();
  }
  const auto failed = pass_time(promql, deadline);
  auto answers = inner_.query(queries, deadline);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const int service = service_of(queries[i].promql);
    if (service < 0) continue;
    if (failed[i]) answers[i] = *failed[i];
    if (answers[i]) spoil(answers[i], queries[i], service, at);
    auto& truth = truth_of(service);
    if (!answers[i] && !queries[i].start) truth.wrong = "no answer";
    if (answers[i] && queries[i].start) {
      const auto points = (queries[i].end - *queries[i].start) / queries[i].step + 1;
      truth.history_points[queries[i].promql] += static_cast<std::size_t>(points);
    }
    if (answers[i] && !queries[i].start && answers[i]->series.empty()) truth.wrong = "empty answer";
    if (answers[i] && !queries[i].start) note_fluke(*answers[i], service);
  }
  return answers;
}

std::vector<Result<ports::Evidence>> FaultyMetrics::evidence(const std::vector<ports::EvidenceQuery>& queries,
                                                             WallTime at, Millis deadline) {
  std::vector<std::string> promql;
  for (const auto& query : queries) promql.push_back(query.promql);
  const auto failed = pass_time(promql, deadline);
  auto all = inner_.evidence(queries, at, deadline);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const int service = service_of(promql[i]);
    if (!failed[i] || service < 0) continue;
    all[i] = *failed[i];
    truth_of(service).wrong = "no evidence";
  }
  return all;
}

}  // namespace aia::simulation
