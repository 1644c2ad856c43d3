// All demand of all objects as one batch: for each entry its value now, its backlog now, the grid points that are due
// and the evidence behind the value. Built from the cycle, asked once, handed back to the entries.
#pragma once

#include <functional>
#include <vector>

#include "controller/loop/cycle.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

class DemandBatch {
 public:
  /// Prepares Workload::demand and the questions for it.
  DemandBatch(Cycle& cycle, const Settings& settings);

  /// Asks everything; `left` is how long an answer may take by now.
  void ask(ports::MetricsSource& metrics, const std::function<Millis()>& left);

  /// Fills in Workload::demand from the answers.
  void answer(WallTime now);

 private:
  /// One entry and which of the queries are its.
  struct Slot {
    Workload* workload = nullptr;
    DemandView* view = nullptr;
    std::size_t value = 0;
    std::optional<std::size_t> backlog, due;
    std::optional<GridRange> range;  // of `due`
  };
  void add(Workload& workload, DemandView& view, WallTime now, int& budget);
  void answer_value(const Slot& slot, const Result<ports::Evidence>& evidence, WallTime now);
  void answer_backlog(const Slot& slot);
  void answer_due(const Slot& slot);

  const Settings& settings_;
  std::vector<Slot> slots_;
  std::vector<ports::MetricQuery> queries_;
  std::vector<Result<ports::QueryAnswer>> answers_;
  std::vector<Result<ports::Evidence>> evidence_;  // one per slot
};

}  // namespace aia::loop
