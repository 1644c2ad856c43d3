// The cycle: observe → forecast → plan → act → report, as one batch over all objects. The loop never sleeps: the caller
// sets the pace (the controller by a timer and by watches, a simulation by virtual time).
#pragma once

#include <stop_token>

#include "controller/loop/cycle/optional_ports.h"
#include "controller/loop/cycle/settings.h"
#include "controller/loop/loop_clock.h"
#include "controller/loop/nodepool/pool.h"
#include "controller/loop/report/events.h"
#include "controller/loop/workload/workload.h"
#include "controller/ports/clock.h"
#include "controller/ports/cluster.h"
#include "controller/ports/metrics_source.h"
#include "controller/ports/reporter.h"

namespace aia::loop {

class Loop {
 public:
  Loop(ports::Clock& clock, ports::MetricsSource& metrics, ports::Cluster& cluster, ports::Reporter& reporter,
       Settings settings, OptionalPorts optional_ports = {});

  /// Runs one cycle over all objects. Objects that did not answer in time in the last cycle come in a second pass,
  /// after the writes of the first pass. While the cluster's caches are not filled, run_once() only reports. A follower
  /// does everything but write, and takes over the status that the leader stored. A new leader acts from the first
  /// cycle that begins under its lease. After `stop` is requested, the write under way is finished and no further write
  /// begins.
  void run_once(std::stop_token stop = {});

  /// True while history is being read, so that the caller should not wait a whole cycle before the next.
  [[nodiscard]] bool catching_up() const { return catching_up_; }

 private:
  LoopClock::Reading read_clock();
  Cycle begin(const LoopClock::Reading& time, std::stop_token stop);
  void pass(Cycle& cycle, Workloads workloads, std::vector<ports::StepTime>& steps);
  NodePools observe_node_pools(const Cycle& cycle, Workloads workloads);
  void size_node_pools(Cycle& cycle, NodePools& pools, Workloads workloads, std::vector<ports::StepTime>& steps);

  ports::Clock& clock_;
  ports::MetricsSource& metrics_;
  ports::Cluster& cluster_;
  ports::Reporter& reporter_;
  Settings settings_;
  LoopClock loop_clock_;
  OptionalPorts optional_ports_;
  WorkloadStates states_;
  PoolStates pool_states_;
  EventShares event_shares_;
  LastServed served_;
  bool catching_up_ = false;
  bool led_ = false;  // this controller led until the end of the last cycle
};

}  // namespace aia::loop
