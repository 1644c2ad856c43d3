// The number of columns keeps a page of five plots below 300 kB. The detail plot stands after the days of the policies,
// and is left out where the play is shorter than six hours.
#include "simulation/replay/report_plots.h"

#include <algorithm>

#include "simulation/replay/columns.h"
#include "simulation/replay/figures.h"

namespace aia::simulation {
namespace {

constexpr int kColumns = 480;
constexpr double kLowestTop = 4;  // of an axis of whole things
constexpr Millis kDetail = std::chrono::hours(3);

using Values = std::vector<std::optional<double>>;
using Drawn = std::vector<Column>;

template <class Get>
Values values_of(const Drawn& columns, Get get) {
  Values values;
  values.reserve(columns.size());
  for (const auto& column : columns) values.push_back(get(column));
  return values;
}

/// The class of the policy at `index` in the style sheet.
std::string css_of(std::size_t index) {
  return "policy" + std::to_string(index % 4);
}

Layer demand_layer(const Drawn& columns) {
  return {Layer::Shape::Area, "demand", "demand", values_of(columns, [](auto& c) { return c.demand_rps; }), {}};
}

Layer capacity_layer(const Drawn& columns, std::size_t index, const std::string& label) {
  return {Layer::Shape::Steps, css_of(index), label, values_of(columns, [](auto& c) { return c.capacity_rps; }), {}};
}

Layer short_layer(const Drawn& columns, const std::string& of = "") {
  return {Layer::Shape::Band, "short", "demand above Ready capacity" + of,
          values_of(columns, [](auto& c) { return c.is_short() ? std::optional(c.demand_rps) : std::nullopt; }),
          values_of(columns, [](auto& c) { return c.capacity_rps; })};
}

/// Adds the forecast made a lead time before, from the median to the planning quantile; nothing without a forecast.
void add_fan(Plot& plot, const Drawn& columns, double quantile) {
  if (std::none_of(columns.begin(), columns.end(), [](auto& c) { return c.upper.has_value(); })) return;
  plot.layers.push_back(
      {Layer::Shape::Band, "fan", "forecast for then, made a lead time before: P50 to P" + figure(quantile * 100),
       values_of(columns, [](auto& c) { return c.upper; }), values_of(columns, [](auto& c) { return c.ahead; })});
}

double highest(const std::vector<Drawn>& drawn) {
  double top = 0;
  for (const auto& columns : drawn)
    for (const auto& c : columns) top = std::max({top, c.demand_rps, c.capacity_rps, c.upper.value_or(0)});
  return round_up(top);
}

Plot day(const Replay& replay, const std::vector<Drawn>& drawn, std::size_t index) {
  const auto& policy = replay.outcomes[index].policy;
  Plot plot{sentence(policy.name) + ": demand and Ready capacity, requests/s",
            sentence(policy.about) + ".",
            {},
            {},
            highest(drawn),
            {}};
  plot.layers.push_back(demand_layer(drawn[index]));
  add_fan(plot, drawn[index], policy.spec.forecast.quantile);
  plot.layers.push_back(capacity_layer(drawn[index], index, "Ready capacity, " + policy.name));
  plot.layers.push_back(short_layer(drawn[index]));
  return plot;
}

/// The start of the kDetail in which demand rises most, averages of a lead time taken.
WallTime steepest(const Replay& replay) {
  const auto& timeline = replay.outcomes.front().timeline;
  const auto ahead = static_cast<std::size_t>(kDetail / replay.scenario.loop.cycle);
  const auto mean_of =
      std::max<std::size_t>(1, static_cast<std::size_t>(replay.scenario.lead_max / replay.scenario.loop.cycle));
  double best = -1;
  WallTime start = replay.scenario.play_from();
  std::vector<double> sums = {0};
  for (const auto& moment : timeline) sums.push_back(sums.back() + moment.demand_rps);
  for (std::size_t i = 0; i + ahead + mean_of < sums.size(); ++i) {
    const double rise = (sums[i + ahead + mean_of] - sums[i + ahead]) - (sums[i + mean_of] - sums[i]);
    if (rise > best) {
      best = rise;
      start = timeline[i].at;
    }
  }
  return start;
}

std::string on_nodes(const Scenario& scenario) {
  if (!scenario.nodes) return "";
  return " once it has a node, a node " + span(scenario.nodes->lead_min) + " to " + span(scenario.nodes->lead_max);
}

Plot detail(const Replay& replay, WallTime from, WallTime to) {
  std::vector<Drawn> drawn;
  for (const auto& outcome : replay.outcomes)
    drawn.push_back(columns(outcome, replay.scenario.per_replica_rps, from, to, kColumns));
  Plot plot{"The steepest " + span(to - from) + " in detail, requests/s",
            "A replica takes " + span(replay.scenario.lead_min) + " to " + span(replay.scenario.lead_max) +
                " to become Ready" + on_nodes(replay.scenario) + ".",
            from,
            to,
            highest(drawn),
            {}};
  plot.layers.push_back(demand_layer(drawn[0]));
  add_fan(plot, drawn[0], replay.outcomes[0].policy.spec.forecast.quantile);
  for (std::size_t i = drawn.size(); i-- > 0;) {
    const auto& name = replay.outcomes[i].policy.name;
    plot.layers.push_back(capacity_layer(drawn[i], i, "Ready capacity, " + name));
    if (i > 0) plot.layers.push_back(short_layer(drawn[i], ", " + name));
  }
  return plot;
}

template <class Get>
Plot together(const Replay& replay, const std::vector<Drawn>& drawn, std::string title, std::string caption, Get get) {
  Plot plot{std::move(title), std::move(caption), {}, {}, kLowestTop, {}};
  for (std::size_t i = drawn.size(); i-- > 0;) {
    plot.layers.push_back(
        {Layer::Shape::Steps, css_of(i), replay.outcomes[i].policy.name, values_of(drawn[i], get), {}});
    for (const auto& value : plot.layers.back().values) plot.top = std::max(plot.top, *value);
  }
  plot.top = round_up(plot.top);
  return plot;
}

}  // namespace

std::vector<Plot> report_plots(const Replay& replay) {
  const auto& scenario = replay.scenario;
  const WallTime from = scenario.play_from(), to = scenario.trace.end();
  std::vector<Drawn> drawn;
  for (const auto& outcome : replay.outcomes)
    drawn.push_back(columns(outcome, scenario.per_replica_rps, from, to, kColumns));
  std::vector<Plot> plots;
  for (std::size_t i = 0; i < drawn.size(); ++i) plots.push_back(day(replay, drawn, i));
  plots.push_back(
      together(replay, drawn, "Queue, requests waiting", "", [](auto& c) { return std::optional(c.queue); }));
  plots.push_back(together(replay, drawn, "Replicas that were starting", "Created and not Ready yet.",
                           [](auto& c) { return std::optional(static_cast<double>(c.starting)); }));
  if (scenario.nodes)
    plots.push_back(together(replay, drawn, "Nodes", "There, or asked for.",
                             [](auto& c) { return std::optional(static_cast<double>(c.nodes)); }));
  for (auto& plot : plots) {
    plot.from = from;
    plot.to = to;
  }
  if (scenario.play >= 2 * kDetail) {
    const WallTime start = steepest(replay);
    plots.insert(plots.begin() + static_cast<std::ptrdiff_t>(drawn.size()), detail(replay, start, start + kDetail));
  }
  return plots;
}

}  // namespace aia::simulation
