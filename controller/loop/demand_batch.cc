// The batch of demand queries; see demand_batch.h.
#include "controller/loop/demand_batch.h"

#include <algorithm>

#include "controller/loop/fair_shares.h"
#include "controller/loop/judge.h"
#include "controller/loop/keep.h"

namespace aia::loop {
namespace {

constexpr Millis kLeastForWhy{100};                        // less is not worth asking for
constexpr Millis kLongestTakenUp = std::chrono::hours(2);  // of a collapse: none keeps replicas for longer

/// A collapse that the status tells of goes on: it began while another process led, or before this one started.
void take_up_collapse(DemandState& demand, const std::string& name, WorkloadState& state, WallTime now) {
  for (const auto& before : state.status.collapses) {
    if (before.demand != name || before.since > now || now - before.since > kLongestTakenUp) continue;
    demand.collapse().restore(before.since, before.expected);
    state.memory.collapses[name] = {before.since, before.replicas};
  }
}

/// The state of a demand entry; a new one when what is forecast changed.
DemandState& state_of(Workload& workload, const api::DemandSpec& demand, Millis step, const Aids& aids, WallTime now) {
  SeriesIdentity identity{demand.query, demand.kind, workload.object.spec.forecast, step, demand.decompose};
  auto& states = workload.state->demand;
  auto found = states.find(demand.name);
  if (found != states.end() && found->second.identity() == identity) {
    found->second.read_again_if_ahead(now);
    return found->second;
  }
  const bool is_first = found == states.end();
  auto& made = states.insert_or_assign(demand.name, DemandState(std::move(identity))).first->second;
  take_up(made, checkpoint_key(workload.object.meta.uid, demand.name), aids, now);
  if (is_first) take_up_collapse(made, demand.name, *workload.state, now);
  return made;
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
  } catch (const BrokenShared&) {
    throw;
  } catch (const std::exception& failure) {
    why = std::string("asking Prometheus failed: ") + failure.what();
  }
  while (results.size() < count) results.push_back(Error{ErrorKind::Unavailable, why});
  return results;
}

}  // namespace

DemandState& DemandBatch::Slot::state() const {
  return workload->state->demand.at(view->input.spec.name);
}

DemandBatch::DemandBatch(Cycle& cycle, const Settings& settings, ports::MetricsSource& metrics, const Aids& aids)
    : settings_(settings), metrics_(metrics), clock_off_(cycle.clock_off) {
  for_each_usable(cycle, "observe", [&](Workload& workload) {
    forget_removed(workload);
    const auto& specs = workload.object.spec.demand;
    workload.demand.resize(specs.size());
    for (std::size_t i = 0; i < specs.size(); ++i) workload.demand[i].input.spec = specs[i];
    for (auto& view : workload.demand) add(workload, view, aids, cycle.now);
  });
  take_turns(cycle.now);
  for (auto& slot : slots_) {
    ask_for(slot.value, slot.view->input.spec.decompose, cycle.now);
    if (slot.backlog) ask_for(*slot.backlog, std::nullopt, cycle.now);
    if (slot.running) ask_for(*slot.running, std::nullopt, cycle.now);
    ask_for_heaviest(slot, cycle.now);
  }
  ask_for_histories(cycle.now);
}

void DemandBatch::add(Workload& workload, DemandView& view, const Aids& aids, WallTime now) {
  const auto& demand = view.input.spec;
  const auto& ns = workload.object.meta.ns;
  state_of(workload, demand, settings_.grid_step, aids, now);
  Slot slot{&workload, &view, {metrics_.admit(demand.query, ns)}, std::nullopt};
  if (demand.backlog_query) slot.backlog = Question{metrics_.admit(*demand.backlog_query, ns)};
  if (demand.running_query) slot.running = Question{metrics_.admit(*demand.running_query, ns)};
  slots_.push_back(std::move(slot));
}

/// Requests wait for a free connection in this order: with another beginning each cycle nobody is last for ever.
void DemandBatch::take_turns(WallTime now) {
  if (slots_.empty()) return;
  const auto turn = static_cast<std::uint64_t>(now.time_since_epoch() / settings_.cycle) % slots_.size();
  std::rotate(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(turn), slots_.end());
}

void DemandBatch::ask_for(Question& question, const std::optional<api::DecomposeSpec>& decompose, WallTime now) {
  if (!question.promql) return;
  question.answer = queries_.size();
  queries_.push_back({*question.promql, now, std::nullopt, Millis(0)});
  if (decompose) queries_.back().by = ports::ByLabel{decompose->label};
  question.evidence = judged_.size();
  judged_.push_back({*question.promql, queries_.back().tenant});
}

void DemandBatch::ask_for_heaviest(Slot& slot, WallTime now) {
  if (!slot.value.promql || !slot.state().parts_due(now)) return;
  const auto& decompose = *slot.view->input.spec.decompose;
  constexpr int kLooks = 144;  // a season: every ten minutes of a day
  const Millis over = slot.state().parts_span();
  slot.heaviest = queries_.size();
  queries_.push_back({*slot.value.promql, now, std::nullopt, Millis(0)});
  queries_.back().by =
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
    queries_.push_back({*slot.value.promql, slot.range->last, slot.range->first, slot.range->step});
    if (const auto& decompose = slot.view->input.spec.decompose)
      queries_.back().by = ports::ByLabel{decompose->label, slot.state().parts()};
  }
}

/// The whole, its parts and the rest.
int DemandBatch::series_of(const Slot& slot) {
  const auto parts = slot.state().parts().size();
  return parts == 0 ? 1 : static_cast<int>(parts) + 2;
}

void DemandBatch::ask(const std::function<Millis(int)>& left) {
  if (queries_.empty()) return;
  const WallTime at = queries_.front().end;
  answers_ = asked<ports::QueryAnswer>(queries_.size(), [&] { return metrics_.query(queries_, left(1)); });
  evidence_ = asked<ports::Evidence>(judged_.size(), [&] { return metrics_.evidence(judged_, at, left(0)); });
  ask_why_empty(at, left(0));
}

/// Of the values that matched nothing, with the time that is left.
void DemandBatch::ask_why_empty(WallTime at, Millis deadline) {
  std::vector<std::size_t> empty;
  std::vector<ports::EvidenceQuery> asked;
  for (const auto& slot : slots_) {
    for (const Question* question :
         {&slot.value, slot.backlog ? &*slot.backlog : nullptr, slot.running ? &*slot.running : nullptr}) {
      if (question == nullptr || !question->promql) continue;
      const auto value = single_value(answers_[question->answer]);
      if (value || value.error().kind != ErrorKind::NotFound) continue;
      empty.push_back(question->answer);
      asked.push_back(judged_[question->evidence]);
    }
  }
  if (asked.empty() || deadline < kLeastForWhy) return;
  try {
    const auto why = metrics_.why_empty(asked, at, deadline);
    for (std::size_t i = 0; i < std::min(why.size(), empty.size()); ++i) why_empty_[empty[i]] = why[i];
  } catch (const BrokenShared&) {
    throw;
  } catch (const std::exception&) {  // then they have matched nothing, and that is all that is known
    why_empty_.clear();
  }
}

}  // namespace aia::loop
