// Forecasting takes two passes over the objects. The first measures lead times and looks for a collapse of demand, so
// a fall is compared with the forecast made before the fall was learned. Then all threads feed the new grid points.
// The second pass refreshes each fan and saves checkpoints; refits begin last.
#include "controller/loop/workload/forecast.h"

#include <cmath>

#include "controller/loop/cycle/parallel.h"
#include "controller/loop/demand/checkpointing.h"
#include "controller/loop/demand/data_quality.h"
#include "controller/loop/demand/refits.h"
#include "controller/plan/holds.h"

namespace aia::loop {
namespace {

std::string why_not_forecast(const api::DemandSpec& demand) {
  if (api::is_forecast(demand.kind)) return "spec.forecast.model is None";
  return std::string("a ") + api::to_string(demand.kind) + " depends on our own replicas: reactive only";
}

/// Rounds the horizon up to whole grid steps, so that small changes of the data age do not change the fan every cycle.
Millis in_whole_steps(Millis horizon, Millis step) {
  return (horizon + step - Millis(1)) / step * step;
}

/// A query may match now and still have no past: its recording rule was just added, or its metric was not stored.
std::string empty_history(const DemandState& state) {
  return "the history came back empty: in " + format_duration(state.identity().forecast.history) +
         " the query has no point, so that replicas follow what is measured now, and a forecast is learned from what "
         "comes from here on; where there should be a past, run the query over a range";
}

void describe(DemandView& view, const DemandState& state, WallTime now, const Settings& settings) {
  const auto& summary = state.summary();
  view.model = summary.model.empty() ? "None" : summary.model;
  view.why = summary.why;
  const auto newest = state.newest_value();
  if (!state.history().loaded()) {
    view.why =
        state.is_read_again() ? "the clock was ahead, and history is being read again: " : "history is being read: ";
    view.why += std::to_string(std::lround(100 * state.history().progress())) + " %";
    if (!view.history_error.empty()) view.why += ", and now cannot be: " + view.history_error;
  } else if (!newest) {
    view.model = "None";
    view.why = empty_history(state);
  } else if (now - *newest > settings.forecast_expiry()) {
    view.why = "the newest point of the history is " + format_rough(now - *newest) + " old";
    view.past_ended = true;
  } else if (view.wrong_query) {
    view.why =
        "the query does not give one number (MetricsHealthy says why), and has not since it is asked: its past is "
        "not forecast from";
  } else {
    view.eligible = summary.eligible && !state.fan().empty();
    if (!view.eligible && state.history_was_empty()) view.why = empty_history(state) + " (so far: " + view.why + ")";
    if (const auto masked = state.masked_in_words(now); !masked.empty()) view.why += "; " + masked;
  }
  view.input.fan = view.eligible ? &state.fan() : nullptr;
}

void forecast_demand(Cycle& cycle, Workload& workload, DemandView& view, const Settings& settings, Refits& refits) {
  auto& input = view.input;
  if (!wants_forecast(input.spec, workload.object.spec.forecast)) {
    view.why = why_not_forecast(input.spec);
  } else if (const auto found = workload.state->demand.find(input.spec.name); found != workload.state->demand.end()) {
    auto& state = found->second;
    refits.tend(state, workload.seen.target ? workload.seen.target->pods.size() : 0);
    state.refresh(in_whole_steps(view.horizon, settings.grid_step));
    describe(view, state, cycle.now, settings);
    cycle.catching_up = cycle.catching_up || (view.due && state.history().behind());
    workload.outlook.warmed_up = workload.outlook.warmed_up && state.history().loaded();
  }
  input.forecast_note = view.model + ": " + view.why;
}

/// Checks whether demand is far below the forecast for now, before the observed demand is learned. Partial data says
/// nothing about a fall. While pods that served are lost or missing, a fall is no surprise, so no look is taken.
void look_for_collapse(Workload& workload, WallTime now, const Settings& settings) {
  static const forecasting::Fan kNone;
  const bool all_serve = !workload.state->pods.any_lost() && workload.state->pods.missing() == 0;
  const Millis longest = plan::collapse_steps(workload.outlook.lead.p90).lasts;
  for (auto& view : workload.demand) {
    auto& input = view.input;
    const auto found = workload.state->demand.find(input.spec.name);
    if (found == workload.state->demand.end() || !all_serve) continue;
    auto& collapse = found->second.collapse();
    const auto& fan = found->second.counts(now, settings.forecast_expiry()) ? found->second.fan() : kNone;
    if (input.value && input.trust == plan::Trust::Whole)
      collapse.look(*input.value, fan, workload.object.spec.forecast.quantile, input.spec.capacity_per_replica, longest,
                    now);
    input.collapsed = collapse.is_on();
  }
}

/// Feeds the observed points to the forecasters, object by object on all threads. Feeding is most of a cycle's work,
/// and all of a cycle's work while histories are read.
void feed(const Cycle& cycle, Workloads workloads, const Settings& settings) {
  in_parallel(workloads.size(), settings.threads, [&](std::size_t i) {
    auto& workload = workloads[i];
    if (cycle.stop.stop_requested() || !workload.usable()) return;
    guarded(workload, "forecast", [&] {
      for (auto& view : workload.demand) {
        const auto found = workload.state->demand.find(view.input.spec.name);
        if (!view.due || found == workload.state->demand.end()) continue;
        const Millis horizon = in_whole_steps(view.horizon, settings.grid_step);
        found->second.feed(view.due->range, view.due->values, horizon, settings.source_memory, view.due->parts);
      }
    });
  });
}

}  // namespace

void forecast(Cycle& cycle, Workloads workloads, const Settings& settings, const OptionalPorts& optional_ports) {
  const plan::LeadTimeSettings lead_settings{settings.default_lead_time, settings.min_lead_samples};
  Refits refits;
  for_each_usable(cycle, workloads, "forecast", [&](Workload& workload) {
    const std::vector<ports::Pod> none;
    const auto& pods = workload.seen.target ? workload.seen.target->pods : none;
    const auto starts = starts_of(pods, workload.object.spec.node_pool.has_value());
    workload.outlook.lead = workload.state->lead.lead(starts, cycle.now, workload.object.spec.lead_time, lead_settings);
    for (auto& view : workload.demand) view.horizon = workload.outlook.lead.horizon(view.input.data_age);
    look_for_collapse(workload, cycle.now, settings);
    workload.outlook.warmed_up = true;
  });
  feed(cycle, workloads, settings);
  for_each_usable(cycle, workloads, "forecast", [&](Workload& workload) {
    for (auto& view : workload.demand) forecast_demand(cycle, workload, view, settings, refits);
    for (auto& [name, demand] : workload.state->demand) {
      save_checkpoint_if_due(demand, checkpoint_key(workload.object.meta.uid, name), optional_ports, cycle.now);
    }
  });
  refits.begin(optional_ports.background);
}

}  // namespace aia::loop
