// Sizes a demand entry three times with the same capacity: headroom is in the quantile, never in the capacity. Where a
// replica would wait for a node, the entry is sized again a node lead later.
#include "controller/plan/need.h"

#include <algorithm>
#include <cmath>

#include "controller/plan/later_plan.h"
#include "controller/plan/queue.h"

namespace aia::plan {
namespace {

using api::Code;

bool is_amount(const std::optional<double>& value) {
  return value && std::isfinite(*value) && *value >= 0;
}

Millis times(double factor, Millis duration) {
  return Millis(static_cast<Millis::rep>(factor * static_cast<double>(duration.count())));
}

/// Value, waiting and running work of a demand entry, each in its own unit.
struct Present {
  double value = 0, backlog = 0, running = 0;
};

double usable_running(const DemandInput& demand) {
  return is_amount(demand.running) ? *demand.running : 0;
}

Present measured(double value, const DemandInput& demand) {
  return {value, usable_backlog(demand), usable_running(demand)};
}

/// The part of `value`, backlog and running work that earlier samples confirm.
Present confirmed(double value, const DemandInput& demand) {
  const double running = usable_running(demand);
  return {std::min(value, demand.confirmed.value_or(value)), confirmed_backlog(demand),
          std::min(running, demand.confirmed_running.value_or(running))};
}

/// Demand now plus waiting work, in the demand's unit; unset: a utilisation without Ready replicas.
std::optional<double> load_of(const Present& now, const DemandInput& demand, const Supply& supply, double drain) {
  switch (demand.spec.kind) {
    case api::DemandKind::Rate: return now.value + now.backlog / drain;
    case api::DemandKind::Concurrency: return now.value + now.backlog;
    case api::DemandKind::Queue: return now.value + now.running;
    case api::DemandKind::Utilization:
      if (supply.ready == 0) return std::nullopt;
      return now.value * supply.ready;
  }
  return std::nullopt;
}

std::optional<int> need_of(const Present& now, const DemandInput& demand, const Supply& supply, double drain) {
  const std::optional<double> load = load_of(now, demand, supply, drain);
  if (!load) return std::nullopt;
  return replicas_for(*load, demand.spec.capacity_per_replica);
}

/// Sets need(now). A jump that a single sample shows is followed up to twice the replicas from before the jump.
void note_reactive_need(const DemandInput& demand, const Input& input, const Supply& supply, double drain,
                        DemandFigures& figures) {
  const std::optional<double> value = usable_value(demand);
  if (!value) return;
  const std::optional<int> need = need_of(measured(*value, demand), demand, supply, drain);
  if (!need) return;
  const int before = input.memory.jump ? input.memory.jump->from : input.replicas.spec;
  const int twice = before > kManyReplicas / 2 ? kManyReplicas : 2 * before;
  figures.confirmed = need_of(confirmed(*value, demand), demand, supply, drain);
  figures.reactive = std::min(*need, std::max(twice, figures.confirmed.value_or(0)));
  figures.unconfirmed = *need > *figures.reactive;
}

/// The demand that a queue at the lead adds. Rate: the queue, drained within `drain` seconds. Concurrency: the forecast
/// already counts requests in the system, so only the separately measured backlog is added, while it still waits.
double queue_as_demand(const DemandInput& demand, double queue_at_lead, double drain) {
  if (demand.spec.kind == api::DemandKind::Rate) return queue_at_lead / drain;
  return queue_at_lead > 0 ? confirmed_backlog(demand) : 0;
}

}  // namespace

int replicas_for(double demand, double per_replica) {
  const double exact = demand / per_replica;
  if (!(exact > 0)) return 0;  // also NaN
  if (exact >= kManyReplicas) return kManyReplicas;
  return static_cast<int>(std::ceil(exact - kRounding * std::max(1.0, exact)));
}

const forecasting::Fan* usable_fan(const DemandInput& demand) {
  const bool says_something = api::is_forecast(demand.spec.kind) && demand.fan && !demand.fan->empty();
  return says_something ? demand.fan : nullptr;
}

std::optional<double> usable_value(const DemandInput& demand) {
  const bool current = demand.trust == Trust::Whole || demand.trust == Trust::Partial;
  return current && is_amount(demand.value) ? demand.value : std::nullopt;
}

double usable_backlog(const DemandInput& demand) {
  return is_amount(demand.backlog) ? *demand.backlog : 0;
}

double confirmed_backlog(const DemandInput& demand) {
  const double backlog = usable_backlog(demand);
  return std::min(backlog, demand.confirmed_backlog.value_or(backlog));
}

double drain_s(const Input& input, const Settings& settings) {
  const Millis drain = std::max({settings.drain, times(settings.drain_leads, input.lead.p90), Millis{1}});
  return std::chrono::duration<double>(drain).count();
}

bool is_measured_on_pods(const DemandInput& demand) {
  return demand.per_pod || demand.spec.kind == api::DemandKind::Utilization;
}

bool is_queue_alone(const DemandInput& demand) {
  return demand.spec.kind == api::DemandKind::Queue && !demand.spec.running_query;
}

double load_in_replicas(const DemandInput& demand, const Supply& supply, double drain) {
  const std::optional<double> value = usable_value(demand);
  const bool nobody_waits = demand.backlog && !demand.backlog_missing && *demand.backlog <= 0;
  return value && !nobody_waits
             ? load_of(measured(*value, demand), demand, supply, drain).value_or(0) / demand.spec.capacity_per_replica
             : 0;
}

std::optional<api::Reason> trouble_of(const DemandInput& demand, const Supply& supply) {
  const auto because = [&](Code code, const std::string& what, const std::string& note) {
    return api::Reason{code, demand.spec.name + ": " + what + (note.empty() ? "" : " (" + note + ")") +
                                 ": nothing is scaled in on it"};
  };
  const std::string& note = demand.trust_note;
  if (demand.trust == Trust::Missing) return because(Code::MetricsMissing, "the metric is missing", note);
  if (demand.trust == Trust::Stale) return because(Code::MetricsStale, "the metric is stale", note);
  if (!is_amount(demand.value))
    return because(Code::MetricsMissing, "the metric is no number that demand can have", note);
  if (demand.trust == Trust::Partial) return because(Code::MetricsPartial, "the metric is partial", note);
  if (demand.backlog_missing || (demand.backlog && !is_amount(demand.backlog)))
    return because(Code::BacklogMissing, "the backlog query gave no usable answer", demand.backlog_note);
  if (demand.running_missing || (demand.running && !is_amount(demand.running)))
    return because(Code::RunningMissing, "the query of work in progress gave no usable answer", demand.running_note);
  if (demand.spec.kind == api::DemandKind::Utilization && supply.ready == 0)
    return because(Code::NothingReady, "no replica is Ready, so a utilisation says nothing", "");
  if (is_measured_on_pods(demand) && supply.not_serving() > 0)
    return because(Code::PodsNotServing,
                   "it is measured on the pods, and " + std::to_string(supply.not_serving()) +
                       " that should serve do not: their share of demand is not in it",
                   "");
  return std::nullopt;
}

namespace {

/// A sequence of starts: `serving` replicas serve, and the next replica is Ready after `first`.
struct InOrder {
  int serving = 0;
  Millis first{0};
  double queue = 0;  ///< requests waiting by then, as demand
};

/// The highest rank needed near the end of its own start, if the start began now. With `from_now`: needed at any time
/// until then. Demand beyond the fan's end is not known and does not count.
int highest_rank(const DemandInput& demand, const Input& input, const Settings& settings, const InOrder& order,
                 bool from_now) {
  const forecasting::Fan& fan = *demand.fan;
  const WallTime end = fan.origin + fan.offsets.back();
  int highest = 0;
  for (int rank = order.serving + 1; rank <= input.spec.max_replicas; ++rank) {
    const Millis lead = order.first + (rank - order.serving - 1) * input.lead.p90 + demand.data_age;
    if (input.now + lead > end) break;
    const Millis until = std::max(times(settings.start_leads, lead), lead + settings.cycle);
    const WallTime from = from_now ? input.now : input.now + lead;
    const double upper = fan.window_max(from, input.now + until, input.spec.forecast.quantile);
    if (replicas_for(upper + order.queue, demand.spec.capacity_per_replica) >= rank) highest = rank;
  }
  return highest;
}

/// Sets `start` and `keep` for pods that start in sequence. `keep` is the fewest replicas for which no higher rank is
/// needed before that rank could be started again. More serving replicas leave fewer ranks to start, so bisection finds
/// the number.
void plan_in_order(const DemandInput& demand, const Input& input, const Supply& supply, const Settings& settings,
                   double queue, DemandFigures& figures) {
  const InOrder now{supply.ready, supply.until_ready(supply.ready + 1), queue};
  figures.start = std::max(*figures.start, highest_rank(demand, input, settings, now, false));
  int fewest = std::max(*figures.keep, figures.reactive.value_or(0)), most = std::max(fewest, input.replicas.spec);
  while (fewest < most) {
    const int middle = fewest + (most - fewest) / 2;
    if (highest_rank(demand, input, settings, {middle, input.lead.p90, 0}, true) > middle)
      fewest = middle + 1;
    else
      most = middle;
  }
  figures.keep = fewest;
}

/// The figures as if a replica started now were Ready after `lead`.
DemandFigures figures_at(Millis lead, const DemandInput& demand, const Input& input, const Supply& supply,
                         const Settings& settings) {
  DemandFigures figures;
  figures.lead = lead;
  const double drain = drain_s(input, settings);
  note_reactive_need(demand, input, supply, drain, figures);
  figures.queue_at_lead = queue_at(demand, supply, input.now, figures.lead);
  const forecasting::Fan* fan = usable_fan(demand);
  if (!fan) return figures;

  const double level = input.spec.forecast.quantile;
  const double per_replica = demand.spec.capacity_per_replica;
  const WallTime ready_at = input.now + figures.lead;
  figures.ahead = fan->value(ready_at, 0.5);
  figures.upper = fan->value(ready_at, level);
  figures.served_until = std::max(times(settings.start_leads, figures.lead), figures.lead + settings.cycle);
  figures.served_upper = fan->window_max(ready_at, input.now + figures.served_until, level);
  const double queue = queue_as_demand(demand, figures.queue_at_lead.value_or(0), drain);
  figures.start = replicas_for(*figures.served_upper + queue, per_replica);
  const WallTime restart_pays = input.now + times(settings.keep_leads, figures.lead);
  figures.keep = replicas_for(fan->window_max(input.now, restart_pays, level), per_replica);
  if (supply.ordered) plan_in_order(demand, input, supply, settings, queue, figures);
  return figures;
}

}  // namespace

DemandFigures figures_of(const DemandInput& demand, const Input& input, const Supply& supply,
                         const Settings& settings) {
  const Millis lead = input.lead.horizon(demand.data_age);
  DemandFigures figures = figures_at(lead, demand, input, supply, settings);
  const forecasting::Fan* fan = usable_fan(demand);
  if (!input.nodes || !fan) return figures;

  // A node requested now serves a pod that starts when the node is Ready. `far` covers the time from the pod lead on,
  // too: nodes needed sooner were requested sooner, and must not be given back just before their replicas start.
  const Millis far_lead = lead + input.nodes->lead;
  const WallTime far_until = input.now + std::max(times(settings.start_leads, far_lead), far_lead + settings.cycle);
  const LaterPlan later(*fan, input.now, lead, input.spec.forecast.quantile);
  figures.far = replicas_for(later.largest(input.now + lead, far_until), demand.spec.capacity_per_replica);
  const int find_room = supply.ready + supply.starting() + input.nodes->replicas;
  const auto all_find_room = [&](int replicas) { return std::min(replicas, input.spec.max_replicas) <= find_room; };
  if (input.nodes->ahead || all_find_room(*figures.far)) return figures;
  DemandFigures waiting = figures_at(far_lead, demand, input, supply, settings);
  if (all_find_room(waiting.start.value_or(0))) return figures;
  waiting.far = figures.far;
  return waiting;
}

}  // namespace aia::plan
