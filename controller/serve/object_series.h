// Metrics of the objects, made of the newest cycle: figures as gauges, decisions counted. An object that is gone takes
// its series with it, because only what the newest cycle held is there to be collected.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "controller/ports/reporter.h"

namespace aia::serve {

class ObjectSeries : public prometheus::Collectable {
 public:
  /// The newest cycle. Called from the loop's thread, Collect from the server's.
  void update(const ports::CycleReport& cycle);

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  /// How often a forecast was held against what came, and how often that stayed within the planning quantile.
  struct Calibration {
    std::uint64_t judged = 0, covered = 0;
  };
  using DemandKey = std::pair<api::ObjectKey, std::string>;

  void judge(const ports::ObjectReport& object);

  mutable std::mutex mutex_;
  std::vector<ports::ObjectReport> objects_;
  std::map<std::pair<api::ObjectKey, api::Action>, double> decisions_;  // by object and action
  std::map<DemandKey, Calibration> calibrations_;
  std::map<api::ObjectKey, double> internal_errors_;
};

}  // namespace aia::serve
