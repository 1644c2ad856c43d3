// The batch of demand queries; see demand_batch.h.
#include "controller/loop/demand_batch.h"

#include <algorithm>

#include "controller/loop/judge.h"

namespace aia::loop {
namespace {

/// The state of a demand entry; a new one when what is forecast changed.
DemandState& state_of(Workload& workload, const api::DemandSpec& demand, Millis step) {
  SeriesIdentity identity{demand.query, demand.kind, workload.object.spec.forecast, step};
  auto& states = workload.state->demand;
  auto found = states.find(demand.name);
  if (found != states.end() && found->second.identity() == identity) return found->second;
  return states.insert_or_assign(demand.name, DemandState(std::move(identity))).first->second;
}

void forget_removed(Workload& workload) {
  std::erase_if(workload.state->demand, [&](const auto& entry) {
    const auto& demand = workload.object.spec.demand;
    return std::none_of(demand.begin(), demand.end(), [&](const auto& spec) { return spec.name == entry.first; });
  });
}

/// Exactly `count` results: what the source did not answer, or could not because it threw, is an error of its own.
template <class T, class Ask>
std::vector<Result<T>> asked(std::size_t count, Ask ask) {
  std::vector<Result<T>> results;
  std::string why = "Prometheus did not answer in time";
  try {
    results = ask();
  } catch (const std::exception& failure) {
    why = std::string("asking Prometheus failed: ") + failure.what();
  }
  while (results.size() < count) results.push_back(Error{ErrorKind::Unavailable, why});
  return results;
}

}  // namespace

DemandBatch::DemandBatch(Cycle& cycle, const Settings& settings) : settings_(settings) {
  int budget = settings.history_budget_points;
  for_each_usable(cycle, "observe", [&](Workload& workload) {
    forget_removed(workload);
    const auto& specs = workload.object.spec.demand;
    workload.demand.resize(specs.size());
    for (std::size_t i = 0; i < specs.size(); ++i) workload.demand[i].input.spec = specs[i];
    for (auto& view : workload.demand) add(workload, view, cycle.now, budget);
  });
}

void DemandBatch::add(Workload& workload, DemandView& view, WallTime now, int& budget) {
  const auto& demand = view.input.spec;
  auto& state = state_of(workload, demand, settings_.grid_step);
  Slot slot{&workload, &view, queries_.size(), std::nullopt, std::nullopt, std::nullopt};
  queries_.push_back({demand.query, now, std::nullopt, Millis(0)});
  if (demand.backlog_query) {
    slot.backlog = queries_.size();
    queries_.push_back({*demand.backlog_query, now, std::nullopt, Millis(0)});
  }
  if (wants_forecast(demand, workload.object.spec.forecast)) {
    slot.range = state.history().due(now, budget, settings_);
    if (slot.range) {
      slot.due = queries_.size();
      queries_.push_back({demand.query, slot.range->last, slot.range->first, slot.range->step});
      budget -= static_cast<int>(slot.range->count());
    }
  }
  slots_.push_back(slot);
}

void DemandBatch::ask(ports::MetricsSource& metrics, const std::function<Millis()>& left) {
  if (slots_.empty()) return;
  answers_ = asked<ports::QueryAnswer>(queries_.size(), [&] { return metrics.query(queries_, left()); });
  std::vector<std::string> promql;
  for (const auto& slot : slots_) promql.push_back(queries_[slot.value].promql);
  const WallTime at = queries_[slots_.front().value].end;
  evidence_ = asked<ports::Evidence>(slots_.size(), [&] { return metrics.evidence(promql, at, left()); });
}

void DemandBatch::answer(WallTime now) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    answer_value(slots_[i], evidence_[i], now);
    if (slots_[i].backlog) answer_backlog(slots_[i]);
    if (slots_[i].due) answer_due(slots_[i]);
  }
}

void DemandBatch::answer_value(const Slot& slot, const Result<ports::Evidence>& evidence, WallTime now) {
  auto& workload = *slot.workload;
  auto& input = slot.view->input;
  const std::string who = "demand " + input.spec.name;
  const auto& answer = answers_[slot.value];
  const auto value = single_value(answer);
  if (!value) {
    input.trust = plan::Trust::Missing;
    input.trust_note = value.error().message;
    input.data_age = settings_.freshness;
    workload.fail("observe", value.error().in(who));
    return;
  }
  const Coverage coverage{workload.object.meta.ns, workload.target ? &workload.target->pods : nullptr};
  auto& sources = workload.state->demand.at(input.spec.name).sources();
  auto judgement = judge(*answer, evidence, coverage, sources, now, settings_);
  input.value = *value;
  input.trust = judgement.trust;
  input.trust_note = std::move(judgement.note);
  input.data_age = judgement.data_age;
  if (!evidence) workload.fail("observe", evidence.error().in("evidence of " + who));
}

void DemandBatch::answer_backlog(const Slot& slot) {
  auto& input = slot.view->input;
  const auto backlog = single_value(answers_[*slot.backlog]);
  input.backlog_missing = !backlog.ok();
  if (backlog) {
    input.backlog = *backlog;
  } else {
    slot.workload->fail("observe", backlog.error().in("backlog of demand " + input.spec.name));
  }
}

void DemandBatch::answer_due(const Slot& slot) {
  const auto& answer = answers_[*slot.due];
  if (answer) {
    slot.view->due = GridAnswer{*slot.range, on_grid(*answer, *slot.range)};
    return;
  }
  auto& history = slot.workload->state->demand.at(slot.view->input.spec.name).history();
  // Too slow, or more samples than the server allows in a query: fewer points may pass.
  if (answer.error().kind == ErrorKind::Timeout || answer.error().kind == ErrorKind::Invalid) history.asked_too_much();
  slot.view->history_error = answer.error().message;
  slot.workload->fail("observe", answer.error().in("history of demand " + slot.view->input.spec.name));
}

}  // namespace aia::loop
