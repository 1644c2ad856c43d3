// The way between a controller and Prometheus, with the faults of the plan, and the truth about each answer: for every
// service the fault in the newest observation, and how much of its history was answered. The checkers believe this
// truth, not the loop's own judgement.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "controller/ports/metrics_source.h"
#include "simulation/faults/fault_plan.h"
#include "simulation/random.h"
#include "simulation/world.h"

namespace aia::simulation {

/// The data that a controller got about a service.
struct DataTruth {
  WallTime observed = WallTime::min();  ///< newest query of demand
  std::string wrong;                    ///< fault in its answer, in the backlog's, or in the evidence; empty: none
  std::map<std::string, std::size_t> history_points;  ///< by query: answered grid points
};

/// An answer that no demand explains: a bad sample came through.
struct Fluke {
  WallTime at{};
  int controller = 0, service = 0;
};

class FaultyMetrics : public ports::MetricsSource {
 public:
  /// `services` are in the order of the fault plan's indices.
  FaultyMetrics(World& world, ports::MetricsSource& inner, const FaultPlan& plan, int controller,
                std::vector<api::ObjectKey> services, Random random);

  /// Called after time has passed in a query: a process that was stopped meanwhile sleeps on.
  std::function<void()> after_wait;

  [[nodiscard]] Result<std::string> admit(const std::string& promql, const std::string& ns) const override;
  std::vector<Result<ports::QueryAnswer>> query(const std::vector<ports::MetricQuery>& queries,
                                                Millis deadline) override;
  [[nodiscard]] int evidence_queries(const std::string& promql) const override {
    return inner_.evidence_queries(promql);
  }
  std::vector<Result<ports::Evidence>> evidence(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                Millis deadline) override;

  [[nodiscard]] const DataTruth& truth(const api::ObjectKey& service) { return truths_[service]; }
  void forget() { truths_.clear(); }  ///< the process died
  [[nodiscard]] const std::vector<Fluke>& flukes() const { return flukes_; }

 private:
  int service_of(const std::string& promql) const;  // -1: none
  DataTruth& truth_of(int service) { return truths_[services_.at(static_cast<std::size_t>(service))]; }
  std::vector<std::optional<Error>> pass_time(const std::vector<std::string>& promql, Millis deadline);
  void note_fluke(const ports::QueryAnswer& answer, int service);
  void garble(Result<ports::QueryAnswer>& answer, bool range);
  void spoil(Result<ports::QueryAnswer>& answer, const ports::MetricQuery& query, int service, WallTime at);

  World& world_;
  ports::MetricsSource& inner_;
  const FaultPlan& plan_;
  int controller_;
  std::vector<api::ObjectKey> services_;
  Random random_;
  std::map<api::ObjectKey, DataTruth> truths_;
  std::vector<Fluke> flukes_;
};

}  // namespace aia::simulation
