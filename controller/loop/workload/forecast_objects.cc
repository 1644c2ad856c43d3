// Builds a Forecast from a demand entry and writes it if its slot, decision or model changed since the last write. A
// Forecast that is equal to the last written Forecast is not written again. A failed write is an error of its object
// only.
#include "controller/loop/workload/forecast_objects.h"

#include <algorithm>
#include <set>

#include "controller/loop/cycle/write_slot.h"

namespace aia::loop {
namespace {

std::string name_of(const Workload& workload, const std::string& demand) {
  return workload.object.meta.name + "." + demand;
}

void put_fan(api::ForecastStatus& status, const forecasting::Fan& fan) {
  const auto levels = std::min(api::kMaxQuantiles, fan.levels.size());
  status.quantiles.assign(fan.levels.begin(), fan.levels.begin() + static_cast<std::ptrdiff_t>(levels));
  const std::size_t points = std::min(api::kMaxFanPoints, fan.offsets.size());
  for (std::size_t i = 0; i < points; ++i) {  // spread over all knots, first and last included
    const std::size_t k = points < 2 ? 0 : i * (fan.offsets.size() - 1) / (points - 1);
    api::FanPoint point{fan.offsets[k], {}};
    for (std::size_t q = 0; q < levels; ++q) point.values.push_back(fan.values(k, q));
    status.fan.push_back(std::move(point));
  }
  status.origin = fan.origin;
}

void put_figures(api::ForecastStatus& status, const DemandView& view, const plan::DemandFigures& figures) {
  status.ahead = figures.ahead;
  status.upper = figures.upper;
  // Without a backlog query the queue is unknown, not empty.
  if (view.input.spec.backlog_query) status.queue = figures.queue_at_lead;
  status.lead = figures.lead;
  status.replicas = figures.needed();
}

/// Notes a write of a Forecast. False: nothing more is to be written.
bool note(Cycle& cycle, Workload& workload, const Status& outcome, const std::string& what) {
  if (!outcome && lead_lost(cycle, outcome.error())) return false;
  cycle.breaker.note(outcome);
  if (!outcome) workload.fail("report", outcome.error().in(what));
  return true;
}

/// Writes the Forecast of the demand entry at `index` if it is due. False: nothing more is to be written.
bool write_forecast(Cycle& cycle, Workload& workload, std::size_t index, ports::Cluster& cluster,
                    const Settings& settings) {
  const auto& demand = workload.demand[index].input.spec.name;
  const auto name = name_of(workload, demand);
  auto& written = workload.state->forecasts;
  WrittenForecast next{write_slot(cycle.now, settings.grid_step, workload.object.meta.ns + "/" + name),
                       workload.decision ? workload.decision->desired : std::nullopt, workload.demand[index].model};
  const auto last = written.find(demand);
  if (last != written.end() && last->second.is_of(next)) return true;
  const auto forecast = forecast_of(workload, index, cycle.now, settings);
  next.said = forecast.status;
  next.said.fan.clear();
  if (last != written.end() && last->second.said == next.said) return true;  // another decision, the same forecast
  const auto outcome = cluster.write_forecast(forecast);
  if (outcome) written[demand] = std::move(next);
  return note(cycle, workload, outcome, "Forecast " + name);
}

/// Deletes Forecasts of removed demand entries. False: nothing more is to be written.
bool delete_forecasts(Cycle& cycle, Workload& workload, const std::set<std::string>& wanted, ports::Cluster& cluster) {
  for (const auto& name : cluster.forecasts_of(workload.object)) {
    if (wanted.contains(name) || cycle.breaker.is_open()) continue;
    auto outcome = cluster.delete_forecast({workload.object.meta.ns, name});
    if (!outcome && outcome.error().kind == ErrorKind::NotFound) outcome = done;
    if (!note(cycle, workload, outcome, "deleting Forecast " + name)) return false;
  }
  return true;
}

}  // namespace

api::Forecast forecast_of(const Workload& workload, std::size_t index, WallTime now, const Settings& settings) {
  const auto& view = workload.demand[index];
  api::Forecast forecast;
  forecast.meta.ns = workload.object.meta.ns;
  forecast.meta.name = name_of(workload, view.input.spec.name);
  forecast.autoscaler = workload.object.meta.name;
  forecast.autoscaler_uid = workload.object.meta.uid;
  forecast.demand = view.input.spec.name;
  forecast.target = workload.object.spec.target;
  auto& status = forecast.status;
  status.now = view.input.value;
  status.lead = view.horizon;
  status.model = view.model;
  status.why = view.why;
  status.origin = now;
  if (view.input.fan != nullptr) put_fan(status, *view.input.fan);
  if (workload.decision && index < workload.decision->figures.size())
    put_figures(status, view, workload.decision->figures[index]);
  status.gpus = workload.gpus_of(status.replicas);
  status.expires = status.origin + settings.forecast_expiry();
  const auto state = workload.state->demand.find(view.input.spec.name);
  if (state != workload.state->demand.end() && state->second.summary().samples > 0) {
    const auto& summary = state->second.summary();
    status.backtest = api::Backtest{summary.skill, summary.skill_seasonal, summary.coverage, summary.samples};
  }
  return forecast;
}

void write_forecasts(Cycle& cycle, Workload& workload, ports::Cluster& cluster, const Settings& settings) {
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < workload.demand.size(); ++i) {
    wanted.insert(name_of(workload, workload.demand[i].input.spec.name));
    if (!cycle.breaker.is_open() && !write_forecast(cycle, workload, i, cluster, settings)) return;
  }
  if (!delete_forecasts(cycle, workload, wanted, cluster)) return;
  std::erase_if(workload.state->forecasts,
                [&](const auto& entry) { return !wanted.contains(name_of(workload, entry.first)); });
}

}  // namespace aia::loop
