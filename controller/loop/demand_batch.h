// All demand of all objects as one batch: for each entry its value now, its backlog or work in progress now,
// the grid points that are due and the evidence behind all but these. Built from the cycle, asked once, handed back to
// the entries. What an object may cost the others is bounded: only what the source admits for its namespace is asked,
// every value goes out before any history, histories share a budget, and so do namespaces the queries of a cycle: an
// object that is left out comes first in the next.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "controller/loop/aids.h"
#include "controller/loop/cycle.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

class DemandBatch {
 public:
  /// Prepares Workload::demand and the questions for it, as far as `metrics` admits them. A demand that is new takes up
  /// what was kept of it.
  DemandBatch(Cycle& cycle, const Settings& settings, ports::MetricsSource& metrics, const Aids& aids);

  /// Asks everything, in two parts; `left` is how long the next may take when so many come after it.
  void ask(const std::function<Millis(int later_parts)>& left);

  /// Fills in Workload::demand from the answers.
  void answer(Cycle& cycle);

 private:
  /// A query of one entry: where its answer and its evidence are, or why it was not asked.
  struct Question {
    Result<std::string> promql;
    int selectors = 0;  ///< how many queries its evidence takes
    std::size_t answer = 0;
    std::size_t evidence = 0;
    std::optional<Error> no_evidence{};  ///< why it is not asked for
    Answered* before = nullptr;          ///< what is remembered of its answers
  };
  /// One entry and what is asked for it.
  struct Slot {
    Workload* workload = nullptr;
    DemandView* view = nullptr;
    Question value;
    std::optional<Question> backlog;
    std::optional<Question> running{};
    std::optional<std::size_t> heaviest{};  // which parts are
    std::optional<std::size_t> due{};
    std::optional<GridRange> range{};  // of `due`
    [[nodiscard]] DemandState& state() const;
  };
  void add(Workload& workload, DemandView& view, const Aids& aids, WallTime now);
  [[nodiscard]] Question admitted(const std::string& promql, const std::string& ns) const;
  static std::vector<Question*> questions_of(Slot& slot);
  void bound_each();
  void share_queries(Cycle& cycle);
  void postpone(Slot& slot, int wanted);
  void hold_back_slow(std::map<std::string, Retrials>& retrials);
  void note_slow(Cycle& cycle);
  [[nodiscard]] int cost_of(Slot& slot, WallTime now) const;
  ports::MetricQuery& ask(const Slot& slot, const std::string& promql, WallTime now);
  void ask_for(const Slot& slot, Question& question, const std::optional<api::DecomposeSpec>& decompose, WallTime now);
  void ask_for_heaviest(Slot& slot, WallTime now);
  void ask_for_histories(WallTime now);
  void ask_why_empty(Millis deadline);
  [[nodiscard]] Result<double> value_of(const Question& question) const;
  [[nodiscard]] Result<ports::QueryAnswer> answer_to(const Question& question) const;
  [[nodiscard]] Result<ports::Evidence> evidence_of(const Question& question) const;
  [[nodiscard]] static int series_of(const Slot& slot);
  void answer_value(const Slot& slot, WallTime now);
  /// Perhaps this process stood still, and what it reads is of before.
  void judge_clock(plan::DemandInput& input) const;
  /// What is asked beside the value.
  struct Beside {
    const char* what;
    const Question& question;
    Answered& before;
    std::optional<double>& amount;
    std::optional<double>& confirmed;
    bool& missing;
    std::string& note;
  };
  void answer_beside(const Slot& slot, Beside beside, WallTime now);
  void answer_heaviest(const Slot& slot, WallTime now);
  void answer_due(const Slot& slot);

  const Settings& settings_;
  ports::MetricsSource& metrics_;
  const Millis clock_off_;
  const WallTime now_;
  std::vector<Slot> slots_;
  std::vector<ports::MetricQuery> queries_;
  std::vector<Result<ports::QueryAnswer>> answers_;
  std::vector<ports::EvidenceQuery> judged_;  // what evidence is asked for
  std::vector<Result<ports::Evidence>> evidence_;
  std::map<std::size_t, std::string> why_empty_;  // by answer
};

}  // namespace aia::loop
