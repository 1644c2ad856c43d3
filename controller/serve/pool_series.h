// Metrics of the node pools of the newest cycle. As in object_series.h, the series of a deleted pool disappear.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <mutex>
#include <vector>

#include "controller/ports/reporter.h"

namespace aia::serve {

class PoolSeries : public prometheus::Collectable {
 public:
  /// Takes the newest cycle. The loop's thread calls update(), the server's thread Collect().
  void update(const ports::CycleReport& cycle);

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  mutable std::mutex mutex_;
  std::vector<ports::PoolReport> pools_;
};

}  // namespace aia::serve
