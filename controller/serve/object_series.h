// Metrics of the objects of the newest cycle: figures as gauges, decisions as counters. Only the objects of the newest
// cycle have series, so the series of a deleted object disappear.
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
  /// Takes the newest cycle. The loop's thread calls update(), the server's thread Collect().
  void update(const ports::CycleReport& cycle);

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  /// How many forecasts were compared with the demand that came, and how often demand stayed within the planning
  /// quantile.
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
