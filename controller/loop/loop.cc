// A cycle makes one or two passes through the five steps. The second pass takes the slow objects, so that a slow answer
// delays no write for another object. Pools are sized after each pass and reported once.
#include "controller/loop/loop.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "controller/loop/act.h"
#include "controller/loop/decide.h"
#include "controller/loop/forecast.h"
#include "controller/loop/observe.h"
#include "controller/loop/owners.h"
#include "controller/loop/report.h"
#include "controller/loop/watches.h"

namespace aia::loop {

Loop::Loop(ports::Clock& clock, ports::MetricsSource& metrics, ports::Cluster& cluster, ports::Reporter& reporter,
           Settings settings, Aids aids)
    : clock_(clock),
      metrics_(metrics),
      cluster_(cluster),
      reporter_(reporter),
      settings_(settings),
      loop_clock_(clock, settings.cycle),
      aids_(aids) {}

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

/// Joins the reports of both passes, with the objects in their usual order.
ports::CycleReport summary_of(Cycle& first, Cycle& slow, const Settings& settings) {
  auto summary = cycle_report(first, settings);
  auto rest = cycle_report(slow, settings);
  auto& objects = summary.objects;
  std::move(rest.objects.begin(), rest.objects.end(), std::back_inserter(objects));
  std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  summary.leading = first.leading && slow.leading;
  return summary;
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
  std::vector<ports::StepTime> steps;
  Cycle cycle = begin(time, std::move(stop));
  timed(clock_, steps, "observe", [&] { find_other_owners(cycle, cluster_); });
  Cycle slow = take_slow(cycle);
  PoolRound pools = begin_pools(cycle, slow, steps);
  pass(cycle, steps);
  size_pools(pools, cycle, steps);
  slow.leading = cycle.leading;
  served_ = cycle.served;
  if (!slow.workloads.empty() && !cycle.stop.stop_requested()) {
    slow.now = loop_clock_.now();
    slow.served = cycle.served;
    slow.queries = cycle.queries;
    pass(slow, steps);
    size_pools(pools, slow, steps);
    served_ = slow.served;
  }
  if (aids_.pools != nullptr)
    timed(clock_, steps, "report", [&] { report_pools(pools, slow, *aids_.pools, clock_, settings_); });
  catching_up_ = cycle.catching_up || slow.catching_up;
  led_ = slow.leading;
  if (cycle.stop.stop_requested()) return;  // half a cycle is not reported

  auto summary = summary_of(cycle, slow, settings_);
  summary.pools = pool_reports(pools);
  summary.steps = std::move(steps);
  summary.took = clock_.steady() - begun;
  summary.clock_off = time.off;
  summary.clock_moved = time.moved;
  reporter_.report(summary);
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
  const bool leading = cluster_.leading();
  Cycle cycle = begin_cycle(cluster_, states_, time.now, !leading || !led_, settings_, aids_.journal);
  cycle.clock_off = time.off;
  cycle.leading = leading;
  cycle.served = served_;
  auto& retrials = cycle.served.retrials;
  std::erase_if(retrials, [](const auto& entry) { return entry.second.asked == 0; });  // also for deleted namespaces
  for (auto& [ns, own] : retrials) own = own.next();
  cycle.stop = std::move(stop);
  return cycle;
}

/// Observes pools before workloads are decided, because a decision depends on whether a replica finds a free node.
PoolRound Loop::begin_pools(Cycle& cycle, Cycle& slow, std::vector<ports::StepTime>& steps) {
  PoolRound round;
  round.now = cycle.now;
  round.journal = aids_.journal;
  if (aids_.pools == nullptr) return round;
  timed(clock_, steps, "observe", [&] {
    const bool adopt = !cycle.leading || !led_;
    round.unseen = unseen_in_words(cluster_.watch_ages(),
                                   settings_.watch_freshness);  // read before the caches, so never too young
    observe_pools(round, *aids_.pools, pool_states_, adopt, settings_.observation_deadline() / 2, settings_);
    join_pools(round, cycle);
    join_pools(round, slow);
    for (auto& workload : slow.workloads)  // until their own pass, remembered needs may raise a pool, never lower it
      if (auto& need = workload.state->need) need->planned.whole = need->asked.whole = false;
  });
  return round;
}

void Loop::size_pools(PoolRound& round, Cycle& decided, std::vector<ports::StepTime>& steps) {
  if (aids_.pools == nullptr || decided.stop.stop_requested()) return;
  timed(clock_, steps, "plan", [&] {
    note_needs(round, decided);
    decide_pools(round, settings_);
  });
  timed(clock_, steps, "act", [&] { act_on_pools(round, decided, *aids_.pools, clock_, settings_); });
}

void Loop::pass(Cycle& cycle, std::vector<ports::StepTime>& steps) {
  timed(clock_, steps, "observe", [&] { observe(cycle, cluster_, metrics_, clock_, settings_, aids_); });
  timed(clock_, steps, "forecast", [&] { forecast(cycle, settings_, aids_); });
  timed(clock_, steps, "plan", [&] { decide(cycle, settings_); });
  timed(clock_, steps, "act", [&] { act(cycle, cluster_, clock_, settings_); });
  timed(clock_, steps, "report", [&] { report(cycle, cluster_, clock_, settings_, event_shares_); });
}

}  // namespace aia::loop
