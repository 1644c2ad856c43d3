// The cycle: observe → forecast → plan → act → report, as one batch over all objects. No threads and no sleeping
// inside: the caller sets the pace (main by a timer and by watches, a simulation by virtual time).
#pragma once

#include <stop_token>

#include "controller/loop/settings.h"
#include "controller/loop/workload_state.h"
#include "controller/ports/clock.h"
#include "controller/ports/cluster.h"
#include "controller/ports/metrics_source.h"
#include "controller/ports/reporter.h"

namespace aia::loop {

class Loop {
 public:
  Loop(ports::Clock& clock, ports::MetricsSource& metrics, ports::Cluster& cluster, ports::Reporter& reporter,
       Settings settings);

  /// One pass over everything. Does nothing but report while the cluster's caches are not in. After `stop` is requested
  /// the write under way is finished and no other is begun.
  void run_once(std::stop_token stop = {});

  /// True when history is still being read and the next pass should not wait for the next cycle.
  [[nodiscard]] bool catching_up() const { return catching_up_; }

 private:
  ports::Clock& clock_;
  ports::MetricsSource& metrics_;
  ports::Cluster& cluster_;
  ports::Reporter& reporter_;
  Settings settings_;
  WorkloadStates states_;
  bool catching_up_ = false;
};

}  // namespace aia::loop
