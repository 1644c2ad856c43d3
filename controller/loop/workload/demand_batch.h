// All demand queries of a cycle as one batch. For each demand entry, the batch asks the value, the backlog and the work
// in progress now, each with its evidence, and the grid points that are due. The batch is built from the cycle, asked
// once, and answered back into the entries. Four bounds keep an object from slowing all objects down:
// - Only queries that the source admits for the object's namespace are asked.
// - Every value is asked before any history.
// - Histories share a budget of grid points.
// - Namespaces share the queries of a cycle; an object that is left out comes first of its namespace in the next cycle.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "controller/loop/workload/workload.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

class DemandBatch {
 public:
  /// Prepares Workload::demand and its queries, as far as `metrics` admits the queries. The demand states must follow
  /// the specs (follow_specs).
  DemandBatch(Cycle& cycle, Workloads workloads, const Settings& settings, ports::MetricsSource& metrics);

  /// Asks all queries, then all evidence. `left` returns the time that a part may take with `later_parts` parts after
  /// it.
  void ask(const std::function<Millis(int later_parts)>& left);

  /// Fills in Workload::demand from the answers.
  void answer(Cycle& cycle);

 private:
  /// A query of a demand entry, with the places of its answer and its evidence; or why the query was not asked.
  struct Question {
    Result<std::string> promql;
    int selectors = 0;  ///< number of queries that the evidence takes
    std::size_t answer = 0;
    std::size_t evidence = 0;
    std::optional<Error> no_evidence{};  ///< why the evidence is not asked for
    Answered* before = nullptr;          ///< memory of the query's answers
  };
  /// A demand entry and its queries.
  struct Slot {
    Workload* workload = nullptr;
    DemandView* view = nullptr;
    Question value;
    std::optional<Question> backlog;
    std::optional<Question> running{};
    std::optional<std::size_t> heaviest{};  // answer that ranks the parts by demand
    std::optional<std::size_t> due{};       // answer with the grid points that are due
    std::optional<GridRange> range{};       // of `due`
    [[nodiscard]] DemandState& state() const;
  };
  void add(Workload& workload, DemandView& view);
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
  /// Makes a whole value partial while the clock is ahead by more than the freshness. This process may have stood
  /// still, and then the data is as old as the jump.
  void judge_clock(plan::DemandInput& input) const;
  /// An amount asked beside the value: a backlog, or work in progress.
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
  std::vector<ports::EvidenceQuery> judged_;  // queries whose evidence is asked for
  std::vector<Result<ports::Evidence>> evidence_;
  std::map<std::size_t, std::string> why_empty_;  // by answer
};

}  // namespace aia::loop
