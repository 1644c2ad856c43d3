// The second half of DemandBatch: judges each answer by its evidence (data_quality.h) and writes the result into the
// demand entry. A failed query is an error of its own object, and leaves the answers of all further queries alone.
#include <algorithm>
#include <utility>

#include "controller/loop/demand/data_quality.h"
#include "controller/loop/workload/demand_batch.h"
#include "controller/plan/holds.h"

namespace aia::loop {
namespace {

constexpr Millis kUnknownWindow = std::chrono::minutes(5);  // assumed for a query that is not understood

Coverage coverage_of(const Workload& workload) {
  if (!workload.seen.target) return {workload.object.meta.ns};
  const auto& target = *workload.seen.target;
  if (target.pods_unseen.empty()) return {workload.object.meta.ns, &target.pods};
  const int counted = target.status_replicas > 0 ? target.status_replicas : target.spec_replicas;
  return {workload.object.meta.ns, &target.pods, Coverage::Unseen{workload.object.spec.target.name, counted}};
}

constexpr std::size_t kLongestPart = 256;  // bytes of a label value, because later queries contain the value

struct Ranked {
  std::vector<std::string> values;  ///< heaviest first
  int too_long = 0;                 ///< number of values longer than kLongestPart
};

/// Ranks the label's values by demand. Values without demand are left out. Values that are too long are left out, too,
/// and their demand is forecast with the remainder. Invalid: no series has the label, and only the user can correct the
/// query.
Result<Ranked> ranked(const ports::QueryAnswer& answer, const std::string& label) {
  std::vector<std::pair<double, std::string>> parts;
  Ranked ranked;
  bool labelled = answer.series.empty();
  for (const auto& series : answer.series) {
    const auto found = series.labels.find(label);
    const double mean = series.samples.empty() ? 0 : series.samples.back().value;
    if (found == series.labels.end() || found->second.empty()) continue;
    labelled = true;
    if (found->second.size() > kLongestPart)
      ++ranked.too_long;
    else if (mean > 0)
      parts.emplace_back(mean, found->second);
  }
  if (!labelled)
    return Error{ErrorKind::Invalid, "no series of the query has the label " + label + "; write e.g. sum by (" + label +
                                         ") (…), or remove metric.decompose"};
  std::sort(parts.begin(), parts.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  for (auto& [mean, value] : parts) ranked.values.push_back(std::move(value));
  return ranked;
}

}  // namespace

/// Notes which queries timed out, and which retries failed. A query whose turn came too late (Throttled) was not asked,
/// and keeps its earlier outcome.
void DemandBatch::note_slow(Cycle& cycle) {
  for (auto& slot : slots_) {
    for (const Question* question : questions_of(slot)) {
      if (!question->promql) continue;
      const auto& answer = answers_[question->answer];
      const bool waited = !answer && answer.error().kind == ErrorKind::Throttled;
      const bool timed_out =
          waited ? question->before->timed_out : !answer && answer.error().kind == ErrorKind::Timeout;
      if (question->before->timed_out && timed_out) cycle.served.retrials[slot.workload->object.meta.ns].failed = true;
      question->before->timed_out = timed_out;
    }
  }
}

void DemandBatch::answer(Cycle& cycle) {
  const WallTime now = cycle.now;
  if (!queries_.empty()) note_slow(cycle);
  for (const auto& slot : slots_) {
    guarded(*slot.workload, "observe", [&] {
      answer_value(slot, now);
      auto& input = slot.view->input;
      if (slot.backlog)
        answer_beside(slot,
                      {"backlog", *slot.backlog, slot.state().backlog(), input.backlog, input.confirmed_backlog,
                       input.backlog_missing, input.backlog_note},
                      now);
      if (slot.running)
        answer_beside(slot,
                      {"running", *slot.running, slot.state().running(), input.running, input.confirmed_running,
                       input.running_missing, input.running_note},
                      now);
      if (slot.due) answer_due(slot);
      if (slot.heaviest) answer_heaviest(slot, now);
    });
  }
}

Result<ports::QueryAnswer> DemandBatch::answer_to(const Question& question) const {
  if (!question.promql) return question.promql.error();
  return answers_[question.answer];
}

Result<double> DemandBatch::value_of(const Question& question) const {
  auto value = single_value(answer_to(question));
  if (value || value.error().kind != ErrorKind::NotFound) return value;
  const auto why = why_empty_.find(question.answer);
  if (why == why_empty_.end() || why->second.empty()) return value;
  return Error{ErrorKind::NotFound, kMatchedNothing + why->second};
}

Result<ports::Evidence> DemandBatch::evidence_of(const Question& question) const {
  if (!question.promql) return question.promql.error();
  if (question.no_evidence) return *question.no_evidence;
  return evidence_[question.evidence];
}

void DemandBatch::answer_value(const Slot& slot, WallTime now) {
  auto& workload = *slot.workload;
  auto& input = slot.view->input;
  auto& state = slot.state();
  const std::string who = "demand " + input.spec.name;
  const auto answer = answer_to(slot.value);
  const auto evidence = evidence_of(slot.value);
  const auto value = value_of(slot.value);
  if (!value) {
    input.trust = plan::Trust::Missing;
    input.trust_note = value.error().message;
    input.data_age = settings_.freshness;
    if (evidence) {
      auto dated = *evidence;
      drop_ahead(dated, now, settings_);
      state.value().sources.observe(dated, now, settings_);
    }
    state.look(false, now, Millis(0));
    slot.view->wrong_query = value.error().kind == ErrorKind::Invalid && !state.value().answered;
    if (!slot.value.promql) slot.view->history_error = value.error().message;
    workload.fail("observe", value.error().in(who));
    return;
  }
  auto quality = data_quality(*answer, evidence, coverage_of(workload), state.value().sources, now, settings_);
  const ports::Evidence* const behind = evidence && evidence->unread.empty() ? &*evidence : nullptr;
  if (evidence) {
    // While a pod that served is lost, the measured value is a lower bound of demand.
    const bool all_seen = !quality.lacking && quality.trust != plan::Trust::Stale;
    state.look(all_seen && !workload.state->pods.any_lost(), now,
               behind != nullptr ? behind->rate_window : kUnknownWindow);
    if (behind != nullptr) state.set_rate_window(behind->rate_window);
  }
  state.value().answered = true;
  input.per_pod = quality.per_pod;
  input.value = *value;
  const auto known = state.highest_lately(now);
  input.confirmed = state.value().confirmation.look(*value, behind, now, known);
  input.trust = quality.trust;
  input.trust_note = std::move(quality.note);
  input.data_age = quality.data_age;
  judge_clock(input);
  if (!evidence) workload.fail("observe", evidence.error().in("evidence of " + who));
}

void DemandBatch::judge_clock(plan::DemandInput& input) const {
  if (clock_off_ <= settings_.freshness || input.trust != plan::Trust::Whole) return;
  input.trust = plan::Trust::Partial;
  input.trust_note = "the clock jumped ahead by " + format_rough(clock_off_) +
                     ": until it is known whether that is true, what is read may be as old";
}

/// A stale amount counts as missing. A partial amount may still raise replicas; like a missing amount, a partial amount
/// never lowers replicas.
void DemandBatch::answer_beside(const Slot& slot, Beside beside, WallTime now) {
  auto& workload = *slot.workload;
  const auto answer = answer_to(beside.question);
  const auto amount = value_of(beside.question);
  if (!amount) {
    beside.missing = true;
    beside.note = amount.error().message;
    const std::string who = beside.what + (" of demand " + slot.view->input.spec.name);
    return workload.fail("observe", amount.error().in(who));
  }
  const auto evidence = evidence_of(beside.question);
  auto quality = data_quality(*answer, evidence, coverage_of(workload), beside.before.sources, now, settings_);
  beside.missing = quality.trust != plan::Trust::Whole;
  beside.note = std::move(quality.note);
  if (quality.trust == plan::Trust::Stale) return;
  beside.amount = *amount;
  const ports::Evidence* const behind = evidence && evidence->unread.empty() ? &*evidence : nullptr;
  beside.confirmed = beside.before.confirmation.look(*amount, behind, now);
}

void DemandBatch::answer_heaviest(const Slot& slot, WallTime now) {
  const auto& answer = answers_[*slot.heaviest];
  const std::string& label = slot.view->input.spec.decompose->label;
  const std::string who = "parts of demand " + slot.view->input.spec.name;
  const auto parts = answer ? ranked(*answer, label) : answer.error();
  if (!parts) {
    slot.view->history_error = parts.error().message;
    return slot.workload->fail("observe", parts.error().in(who));
  }
  slot.state().choose_parts(parts->values, now);
  if (parts->too_long == 0) return;
  const Error left_out{ErrorKind::Invalid, std::to_string(parts->too_long) + " values of label " + label +
                                               " are longer than " + std::to_string(kLongestPart) +
                                               " bytes and are forecast with the rest"};
  slot.workload->fail("observe", left_out.in(who));
}

void DemandBatch::answer_due(const Slot& slot) {
  const auto& answer = answers_[*slot.due];
  if (answer) {
    const auto& decompose = slot.view->input.spec.decompose;
    const std::string label = decompose ? decompose->label : "";
    GridAnswer due{*slot.range, decompose ? on_grid(*answer, *slot.range, label, "") : on_grid(*answer, *slot.range)};
    for (const std::string& value : slot.state().parts())
      due.parts[value] = on_grid(*answer, *slot.range, label, value);
    slot.view->due = std::move(due);
    return;
  }
  auto& history = slot.state().history();
  // The query is too slow, or has more samples than the server allows: a query of fewer points may succeed.
  const ErrorKind kind = answer.error().kind;
  if (kind == ErrorKind::Timeout || kind == ErrorKind::Invalid || kind == ErrorKind::TooLarge) history.asked_too_much();
  slot.view->history_error = answer.error().message;
  slot.workload->fail("observe", answer.error().in("history of demand " + slot.view->input.spec.name));
}

}  // namespace aia::loop
