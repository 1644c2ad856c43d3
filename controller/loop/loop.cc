// A cycle makes one or two passes through the five steps. The second pass takes the slow workloads, so that a slow
// answer delays no write for another workload. Node pools are observed before workloads are decided, because a decision
// depends on whether a replica finds a free node, and are decided once, after all workloads.
#include "controller/loop/loop.h"

#include <algorithm>
#include <utility>

#include "controller/loop/cycle/unseen.h"
#include "controller/loop/nodepool/decide_pools.h"
#include "controller/loop/nodepool/node_need.h"
#include "controller/loop/nodepool/observe_pools.h"
#include "controller/loop/nodepool/pool_status.h"
#include "controller/loop/nodepool/pool_writes.h"
#include "controller/loop/workload/decide.h"
#include "controller/loop/workload/follow_specs.h"
#include "controller/loop/workload/forecast.h"
#include "controller/loop/workload/observe.h"
#include "controller/loop/workload/owners.h"
#include "controller/loop/workload/report.h"
#include "controller/loop/workload/scale.h"

namespace aia::loop {

Loop::Loop(ports::Clock& clock, ports::MetricsSource& metrics, ports::Cluster& cluster, ports::Reporter& reporter,
           Settings settings, OptionalPorts optional_ports)
    : clock_(clock),
      metrics_(metrics),
      cluster_(cluster),
      reporter_(reporter),
      settings_(settings),
      loop_clock_(clock, settings.cycle),
      optional_ports_(optional_ports) {}

namespace {

/// Runs `body` and adds the time taken to the time of `step`.
template <class Body>
void timed(const ports::Clock& clock, std::vector<ports::StepTime>& steps, const char* step, Body body) {
  const Millis from = clock.steady();
  body();
  const Millis took = clock.steady() - from;
  const auto known = std::find_if(steps.begin(), steps.end(), [&](const auto& one) { return one.step == step; });
  if (known == steps.end())
    steps.push_back({step, took});
  else
    known->took += took;
}

}  // namespace

void Loop::run_once(std::stop_token stop) {
  const auto time = read_clock();
  if (!cluster_.synced()) {
    ports::CycleReport nothing;
    nothing.at = time.now;
    nothing.leading = cluster_.leading();
    reporter_.report(nothing);
    return;
  }
  const Millis begun = clock_.steady();
  ports::CycleReport report;
  auto& steps = report.steps;
  Cycle cycle = begin(time, std::move(stop));
  std::vector<Workload> all;
  NodePools pools;
  timed(clock_, steps, "observe", [&] {
    all = list_workloads(cluster_, states_, !cycle.leading || !led_, settings_, optional_ports_.journal);
    find_other_owners(cycle, all, cluster_);
    pools = observe_node_pools(cycle, all);
  });
  const Workloads workloads(all);
  const std::size_t quick = put_slow_last(workloads);
  pass(cycle, workloads.first(quick), steps);
  if (quick < workloads.size() && !cycle.stop.stop_requested()) {
    cycle.now = loop_clock_.now();
    pass(cycle, workloads.subspan(quick), steps);
  }
  size_node_pools(cycle, pools, workloads, steps);
  served_ = cycle.served;
  catching_up_ = cycle.catching_up;
  led_ = cycle.leading;
  if (cycle.stop.stop_requested()) return;  // half a cycle is not reported

  report.at = time.now;
  report.synced = true;
  report.leading = cycle.leading;
  report.period = settings_.cycle;
  report.clock_off = time.off;
  report.clock_moved = time.moved;
  report.objects = object_reports(workloads);
  std::sort(report.objects.begin(), report.objects.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  report.pools = pool_reports(pools);
  report.took = clock_.steady() - begun;
  reporter_.report(report);
}

/// Moves all remembered times along when the loop clock follows a jump, so that windows keep their true length.
LoopClock::Reading Loop::read_clock() {
  const auto time = loop_clock_.read();
  if (time.moved != Millis(0)) {
    states_.shift(time.moved);
    pool_states_.shift(time.moved);
  }
  return time;
}

Cycle Loop::begin(const LoopClock::Reading& time, std::stop_token stop) {
  Cycle cycle;
  cycle.now = time.now;
  cycle.clock_off = time.off;
  cycle.leading = cluster_.leading();
  cycle.served = served_;
  auto& retrials = cycle.served.retrials;
  std::erase_if(retrials, [](const auto& entry) { return entry.second.asked == 0; });  // also for deleted namespaces
  for (auto& [ns, own] : retrials) own = own.next();
  cycle.stop = std::move(stop);
  return cycle;
}

NodePools Loop::observe_node_pools(const Cycle& cycle, Workloads workloads) {
  if (optional_ports_.pools == nullptr) return {};
  // Ages are read before the caches, so that no view counts as younger than it is.
  auto unseen = unseen_in_words(cluster_.watch_ages(), settings_.watch_freshness);
  auto pools = observe_pools(cycle, *optional_ports_.pools, pool_states_, std::move(unseen), !cycle.leading || !led_,
                             optional_ports_.journal, settings_);
  join_pools(cycle, pools, pool_states_, workloads);
  return pools;
}

void Loop::size_node_pools(Cycle& cycle, NodePools& pools, Workloads workloads, std::vector<ports::StepTime>& steps) {
  if (optional_ports_.pools == nullptr) return;
  if (!cycle.stop.stop_requested()) {
    timed(clock_, steps, "plan", [&] {
      note_needs(cycle, pools, pool_states_, workloads);
      decide_pools(pools, settings_);
    });
    timed(clock_, steps, "act", [&] { write_pools(cycle, pools, *optional_ports_.pools, clock_, settings_); });
  }
  timed(clock_, steps, "report", [&] { report_pools(cycle, pools, *optional_ports_.pools, clock_, settings_); });
}

void Loop::pass(Cycle& cycle, Workloads workloads, std::vector<ports::StepTime>& steps) {
  timed(clock_, steps, "observe", [&] {
    follow_specs(cycle, workloads, settings_, optional_ports_);
    observe(cycle, workloads, cluster_, metrics_, clock_, settings_);
  });
  timed(clock_, steps, "forecast", [&] { forecast(cycle, workloads, settings_, optional_ports_); });
  timed(clock_, steps, "plan", [&] { decide(cycle, workloads, settings_); });
  timed(clock_, steps, "act", [&] { scale(cycle, workloads, cluster_, clock_, settings_); });
  timed(clock_, steps, "report", [&] { report(cycle, workloads, cluster_, clock_, settings_, event_shares_); });
}

}  // namespace aia::loop
