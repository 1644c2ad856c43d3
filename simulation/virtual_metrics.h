// ports::MetricsSource over the world, with the semantics of Prometheus where they matter. Samples exist at scrapes
// only, a rate is the mean over its window, a gauge looks back, ranges are evaluated on their grid, and missing data is
// an empty answer. There are five queries per service NAME of namespace NS. `demand:NS/NAME` is requests/s as a rate
// over rate_window. `last:NS/NAME` is requests/s at the newest scrape of the last ten minutes, as
// last_over_time(…[10m]) gives them: this query keeps answering when samples stop. Three queries are gauges:
// `queue:NS/NAME`, waiting requests; `busy:NS/NAME`, requests in progress in the Ready pods; `utilization:NS/NAME`, the
// mean share of a Ready pod in use. Any other text matches nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/ports/metrics_source.h"
#include "simulation/world.h"

namespace aia::simulation {

struct MetricsOptions {
  Millis rate_window{std::chrono::minutes(1)};
  Millis lookback{std::chrono::minutes(5)};
};

class VirtualMetrics : public ports::MetricsSource {
 public:
  explicit VirtualMetrics(World& world, MetricsOptions options = {}) : world_(world), options_(options) {}

  [[nodiscard]] Result<std::string> admit(const std::string& promql, const std::string& ns) const override;
  std::vector<Result<ports::QueryAnswer>> query(const std::vector<ports::MetricQuery>& queries,
                                                Millis deadline) override;
  [[nodiscard]] int evidence_queries(const std::string& promql) const override;
  std::vector<Result<ports::Evidence>> evidence(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                Millis deadline) override;

 private:
  enum class What { Demand, Last, Queue, Busy, Utilization };
  struct Asked {
    What what = What::Demand;
    const Service* service = nullptr;  // nullptr: the query matches nothing
  };
  [[nodiscard]] Asked parse(const std::string& promql) const;
  [[nodiscard]] double value(const Asked& asked, WallTime at) const;  // NaN: no sample
  [[nodiscard]] ports::QueryAnswer answer(const ports::MetricQuery& query) const;
  [[nodiscard]] ports::Evidence evidence_of(const std::string& promql, WallTime at) const;

  World& world_;
  MetricsOptions options_;
};

}  // namespace aia::simulation
