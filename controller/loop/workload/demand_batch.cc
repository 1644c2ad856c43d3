// The first half of DemandBatch: builds the queries of all demand entries, shares the cycle's budget among namespaces,
// and asks all queries at once. Answers are judged in demand_answers.cc.
#include "controller/loop/workload/demand_batch.h"

#include <algorithm>
#include <map>
#include <set>

#include "controller/loop/cycle/fair_shares.h"
#include "controller/loop/cycle/turns.h"
#include "controller/loop/demand/data_quality.h"

namespace aia::loop {
namespace {

constexpr int kMostSelectors = 96;        // of all queries of an object
constexpr int kMostSeriesOfValue = 1000;  // a value has a single series; more are counted for the message
constexpr int kMoreSeriesOfHistory = 7;   // series beyond the expected, for labels that change within the range
constexpr Millis kLeastForWhy{100};       // with less time left, why_empty is not asked

/// Returns exactly `count` results. A query without an answer, or all queries if the source threw, get an error.
template <class T, class Ask>
std::vector<Result<T>> asked(std::size_t count, Ask ask) {
  std::vector<Result<T>> results;
  std::string why = "Prometheus did not answer in time";
  try {
    results = ask();
  } catch (const BrokenShared&) {
    throw;
  } catch (const std::exception& failure) {
    why = std::string("asking Prometheus failed: ") + failure.what();
  }
  results.resize(count, Error{ErrorKind::Unavailable, why});
  return results;
}

}  // namespace

DemandState& DemandBatch::Slot::state() const {
  return workload->state->demand.at(view->input.spec.name);
}

DemandBatch::DemandBatch(Cycle& cycle, Workloads workloads, const Settings& settings, ports::MetricsSource& metrics)
    : settings_(settings), metrics_(metrics), clock_off_(cycle.clock_off), now_(cycle.now) {
  for_each_usable(cycle, workloads, "observe", [&](Workload& workload) {
    const auto& specs = workload.object.spec.demand;
    workload.demand.resize(specs.size());
    for (std::size_t i = 0; i < specs.size(); ++i) workload.demand[i].input.spec = specs[i];
    for (auto& view : workload.demand) add(workload, view);
  });
  bound_each();
  share_queries(cycle);
  for (auto& slot : slots_) {
    ask_for(slot, slot.value, slot.view->input.spec.decompose, cycle.now);
    if (slot.backlog) ask_for(slot, *slot.backlog, std::nullopt, cycle.now);
    if (slot.running) ask_for(slot, *slot.running, std::nullopt, cycle.now);
    ask_for_heaviest(slot, cycle.now);
  }
  ask_for_histories(cycle.now);
}

void DemandBatch::add(Workload& workload, DemandView& view) {
  const auto& demand = view.input.spec;
  const auto& ns = workload.object.meta.ns;
  Slot slot{&workload, &view, admitted(demand.query, ns), std::nullopt};
  slot.value.before = &slot.state().value();
  if (demand.backlog_query) slot.backlog = admitted(*demand.backlog_query, ns);
  if (slot.backlog) slot.backlog->before = &slot.state().backlog();
  if (demand.running_query) slot.running = admitted(*demand.running_query, ns);
  if (slot.running) slot.running->before = &slot.state().running();
  slots_.push_back(std::move(slot));
}

DemandBatch::Question DemandBatch::admitted(const std::string& promql, const std::string& ns) const {
  Question question{metrics_.admit(promql, ns)};
  if (question.promql) question.selectors = metrics_.evidence_queries(*question.promql);
  return question;
}

std::vector<DemandBatch::Question*> DemandBatch::questions_of(Slot& slot) {
  std::vector<Question*> all{&slot.value};
  if (slot.backlog) all.push_back(&*slot.backlog);
  if (slot.running) all.push_back(&*slot.running);
  return all;
}

/// Limits each object's evidence to kMostSelectors series selectors. A query beyond this limit gets no evidence, so its
/// value may raise replicas, never lower them.
void DemandBatch::bound_each() {
  std::map<const Workload*, int> selectors;
  for (auto& slot : slots_) {
    for (Question* question : questions_of(slot)) {
      int& all = selectors[slot.workload];
      all += question->selectors;
      if (all <= kMostSelectors) continue;
      all -= std::exchange(question->selectors, 0);
      question->no_evidence =
          Error{ErrorKind::Invalid, "the queries of one AIAutoscaler may have " + std::to_string(kMostSelectors) +
                                        " series selectors in all, and with this query they have more"};
    }
  }
}

/// Returns the number of queries that a demand entry takes in this cycle.
int DemandBatch::cost_of(Slot& slot, WallTime now) const {
  constexpr int kHistory = 1;
  int cost = slot.state().parts_due(now) ? 1 + kHistory : kHistory;
  for (const Question* question : questions_of(slot)) cost += 1 + question->selectors;
  return cost;
}

/// Gives each namespace its share of the cycle's queries. Within a namespace objects take turns, and the queries of
/// objects left out wait for a later cycle.
void DemandBatch::share_queries(Cycle& cycle) {
  std::map<Workload*, int> cost;
  std::map<std::string, int> wanted;
  for (auto& slot : slots_) {
    const int own = cost_of(slot, cycle.now);
    cost[slot.workload] += own;
    wanted[slot.workload->object.meta.ns] += own;
  }
  std::vector<int> wishes;
  for (const auto& [ns, wish] : wanted) wishes.push_back(wish);
  const auto fair = fair_shares(wishes, settings_.max_queries - cycle.queries);
  std::map<std::string, int> left;
  for (const auto& [ns, wish] : wanted) left.emplace(ns, fair[left.size()]);

  std::vector<Workload*> all;
  for (const auto& [workload, own] : cost) all.push_back(workload);
  std::sort(all.begin(), all.end(),
            [](const Workload* a, const Workload* b) { return a->object.meta.key() < b->object.meta.key(); });
  if (!all.empty()) {  // rotated each cycle, so that no object stays last of its namespace
    const auto number = static_cast<std::uint64_t>(now_.time_since_epoch() / settings_.cycle) % all.size();
    std::rotate(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(number), all.end());
  }
  const auto turn = [](const Workload& workload) -> Turn& { return workload.state->asking; };
  std::map<const Workload*, std::size_t> place;
  std::set<std::string> begun;
  std::set<const Workload*> left_out;
  for (Workload* workload : in_turns(std::move(all), turn, cycle.served.asking)) {
    const auto& ns = workload->object.meta.ns;
    int& share = left.at(ns);
    const bool is_first = begun.insert(ns).second;  // the first object of a namespace is always asked for
    const bool is_asked = is_first || cost.at(workload) <= share;
    turn(*workload).waited = is_asked ? 0 : turn(*workload).waited + 1;
    place.emplace(workload, place.size());
    if (!is_asked) {
      left_out.insert(workload);
      continue;
    }
    share -= cost.at(workload);
    cycle.queries += cost.at(workload);
    cycle.served.asking = ns;
  }
  for (auto& slot : slots_)
    if (left_out.contains(slot.workload)) postpone(slot, wanted.at(slot.workload->object.meta.ns));
  hold_back_slow(cycle.served.retrials);
  std::stable_sort(slots_.begin(), slots_.end(),
                   [&](const Slot& a, const Slot& b) { return place.at(a.workload) < place.at(b.workload); });
}

void DemandBatch::postpone(Slot& slot, int wanted) {
  const auto& ns = slot.workload->object.meta.ns;
  const Error why{ErrorKind::Throttled, "waits for a later cycle: the objects of namespace " + ns + " want " +
                                            std::to_string(wanted) +
                                            " queries in each, which is more than its share of the " +
                                            std::to_string(settings_.max_queries) + " that are asked (--max-queries)"};
  for (Question* question : questions_of(slot))
    if (question->promql) question->promql = why;
}

/// Retries a few of each namespace's timed-out queries, the longest waiting first, and postpones all further retries.
void DemandBatch::hold_back_slow(std::map<std::string, Retrials>& retrials) {
  std::map<std::string, std::vector<Question*>> slow;
  for (auto& slot : slots_)
    for (Question* question : questions_of(slot))
      if (question->promql && question->before->timed_out) slow[slot.workload->object.meta.ns].push_back(question);
  for (auto& [ns, questions] : slow) {
    std::stable_sort(questions.begin(), questions.end(),
                     [](const Question* a, const Question* b) { return a->before->waited > b->before->waited; });
    Retrials& own = retrials[ns];
    for (Question* question : questions) {
      const bool is_asked = own.asked < own.allowed;
      question->before->waited = is_asked ? 0 : question->before->waited + 1;
      own.asked += is_asked ? 1 : 0;
      if (is_asked) continue;
      question->promql =
          Error{ErrorKind::Timeout, "it timed out when it was last asked, and of such queries of namespace " + ns +
                                        " a cycle asks " + std::to_string(own.allowed) + ": it waits for its turn"};
    }
  }
}

ports::MetricQuery& DemandBatch::ask(const Slot& slot, const std::string& promql, WallTime now) {
  ports::MetricQuery query;
  query.promql = promql;
  query.end = now;
  query.tenant = slot.workload->object.meta.ns;
  query.most_series = kMostSeriesOfValue;
  queries_.push_back(std::move(query));
  return queries_.back();
}

void DemandBatch::ask_for(const Slot& slot, Question& question, const std::optional<api::DecomposeSpec>& decompose,
                          WallTime now) {
  if (!question.promql) return;
  question.answer = queries_.size();
  auto& query = ask(slot, *question.promql, now);
  if (decompose) query.by = ports::ByLabel{decompose->label};
  if (question.no_evidence) return;
  question.evidence = judged_.size();
  judged_.push_back({*question.promql, query.tenant});
}

void DemandBatch::ask_for_heaviest(Slot& slot, WallTime now) {
  if (!slot.value.promql || !slot.state().parts_due(now)) return;
  const auto& decompose = *slot.view->input.spec.decompose;
  constexpr int kLooks = 144;  // within a season: every ten minutes of a day
  const Millis over = slot.state().parts_span();
  slot.heaviest = queries_.size();
  auto& query = ask(slot, *slot.value.promql, now);
  query.by =
      ports::ByLabel{decompose.label, {}, 2 * decompose.heaviest, over, std::max(settings_.grid_step, over / kLooks)};
}

void DemandBatch::ask_for_histories(WallTime now) {
  std::vector<Slot*> waiting;
  std::vector<int> wanted;
  for (auto& slot : slots_) {
    if (!slot.value.promql || !wants_forecast(slot.view->input.spec, slot.workload->object.spec.forecast)) continue;
    if (!slot.state().parts_known()) continue;
    const auto range = slot.state().history().due(now, settings_.history_budget_points, settings_);
    if (!range) continue;
    waiting.push_back(&slot);
    wanted.push_back(static_cast<int>(range->count()) * series_of(slot));
  }
  const auto shares = fair_shares(wanted, settings_.history_budget_points);
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    auto& slot = *waiting[i];
    slot.range = slot.state().history().due(now, shares[i] / series_of(slot), settings_);
    slot.due = queries_.size();
    auto& query = ask(slot, *slot.value.promql, slot.range->last);
    query.start = slot.range->first;
    query.step = slot.range->step;
    query.most_series = series_of(slot) + kMoreSeriesOfHistory;
    if (const auto& decompose = slot.view->input.spec.decompose)
      query.by = ports::ByLabel{decompose->label, slot.state().parts()};
  }
}

/// Returns the number of series in a history: the whole and, if there are parts, each part and the remainder.
int DemandBatch::series_of(const Slot& slot) {
  const auto parts = slot.state().parts().size();
  return parts == 0 ? 1 : static_cast<int>(parts) + 2;
}

void DemandBatch::ask(const std::function<Millis(int)>& left) {
  if (queries_.empty()) return;
  answers_ = asked<ports::QueryAnswer>(queries_.size(), [&] { return metrics_.query(queries_, left(1)); });
  evidence_ = asked<ports::Evidence>(judged_.size(), [&] { return metrics_.evidence(judged_, now_, left(0)); });
  ask_why_empty(left(0));
}

/// Asks why values matched nothing, as far as `deadline` leaves time.
void DemandBatch::ask_why_empty(Millis deadline) {
  std::vector<std::size_t> empty;
  std::vector<ports::EvidenceQuery> unexplained;
  for (auto& slot : slots_) {
    for (const Question* question : questions_of(slot)) {
      if (!question->promql || question->no_evidence) continue;
      const auto value = single_value(answers_[question->answer]);
      if (value || value.error().kind != ErrorKind::NotFound) continue;
      empty.push_back(question->answer);
      unexplained.push_back(judged_[question->evidence]);
    }
  }
  if (empty.empty() || deadline < kLeastForWhy) return;
  try {
    const auto why = metrics_.why_empty(unexplained, now_, deadline);
    for (std::size_t i = 0; i < std::min(why.size(), empty.size()); ++i) why_empty_[empty[i]] = why[i];
  } catch (const BrokenShared&) {
    throw;
  } catch (const std::exception&) {  // the errors then give no reason for the empty answers
    why_empty_.clear();
  }
}

}  // namespace aia::loop
