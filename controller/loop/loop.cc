// One pass through the five steps; see loop.h.
#include "controller/loop/loop.h"

#include <utility>

#include "controller/loop/act.h"
#include "controller/loop/decide.h"
#include "controller/loop/forecast.h"
#include "controller/loop/observe.h"
#include "controller/loop/report.h"

namespace aia::loop {

Loop::Loop(ports::Clock& clock, ports::MetricsSource& metrics, ports::Cluster& cluster, ports::Reporter& reporter,
           Settings settings)
    : clock_(clock), metrics_(metrics), cluster_(cluster), reporter_(reporter), settings_(settings) {}

void Loop::run_once(std::stop_token stop) {
  const WallTime now = clock_.now();
  if (!cluster_.synced()) {
    ports::CycleReport nothing;
    nothing.at = now;
    reporter_.report(nothing);
    return;
  }
  const Millis begun = clock_.steady();
  std::vector<ports::StepTime> steps;
  const auto timed = [&](const char* step, auto&& body) {
    const Millis from = clock_.steady();
    body();
    steps.push_back({step, clock_.steady() - from});
  };

  Cycle cycle = begin_cycle(cluster_, states_, now, settings_);
  cycle.stop = std::move(stop);
  timed("observe", [&] { observe(cycle, cluster_, metrics_, clock_, settings_); });
  timed("forecast", [&] { forecast(cycle, settings_); });
  timed("plan", [&] { decide(cycle, settings_); });
  timed("act", [&] { act(cycle, cluster_); });
  timed("report", [&] { report(cycle, cluster_, settings_); });
  catching_up_ = cycle.catching_up;
  if (cycle.stop.stop_requested()) return;  // half a cycle is nothing to report

  auto summary = cycle_report(cycle, settings_);
  summary.steps = std::move(steps);
  summary.took = clock_.steady() - begun;
  reporter_.report(summary);
}

}  // namespace aia::loop
