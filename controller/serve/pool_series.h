// Metrics of the node pools, made of the newest cycle, as ObjectSeries' are of the objects.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <mutex>
#include <vector>

#include "controller/ports/reporter.h"

namespace aia::serve {

class PoolSeries : public prometheus::Collectable {
 public:
  /// The newest cycle. Called from the loop's thread, Collect from the server's.
  void update(const ports::CycleReport& cycle);

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  mutable std::mutex mutex_;
  std::vector<ports::PoolReport> pools_;
};

}  // namespace aia::serve
