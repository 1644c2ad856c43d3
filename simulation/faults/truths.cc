// Demand is a function of time, so minima and maxima are taken over samples of it: every 15 s for the least demand,
// every minute for the largest.
#include "simulation/faults/truths.h"

#include <algorithm>
#include <cmath>

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Millis kResolution = 15s;
constexpr Millis kUnsure = 12h;
constexpr Millis kGivenBack = 75min;

bool blocks(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::MetricsAway:
    case FaultKind::MetricsSlow:
    case FaultKind::MetricsGarbage:
    case FaultKind::MetricsWarn:
    case FaultKind::ScrapeStops:
    case FaultKind::ScrapePartial:
    case FaultKind::NoScale:
    case FaultKind::WriteRefused:
    case FaultKind::TargetGone:
    case FaultKind::EditBounds:
    case FaultKind::EditMode:
    case FaultKind::RenameDemand:
    case FaultKind::ScaleByHand:
    case FaultKind::OwnerAppears:
    case FaultKind::Recreate:
    case FaultKind::Poison: return true;
    default: return disables(fault.kind);
  }
}

/// A person changed the replicas at least twice in (from, to]: the controller may stand back (rule 9).
bool undone_twice(const Record& record, const api::ObjectKey& key, WallTime from, WallTime to) {
  int undone = 0;
  for (const auto& write : record.writes)
    undone +=
        write.kind == "Scale" && write.object == key && write.writer == "person" && write.at > from && write.at <= to;
  return undone >= 2;
}

}  // namespace

int need_of(double rps, const Inhabitant& inhabitant) {
  return static_cast<int>(std::ceil(0.98 * rps / inhabitant.service.per_replica_rps));
}

double least_rps(const Inhabitant& inhabitant, WallTime from, WallTime to) {
  double least = inhabitant.service.demand_rps(to);
  for (auto at = from; at < to; at += kResolution) least = std::min(least, inhabitant.service.demand_rps(at));
  return least;
}

double largest_rps(const Inhabitant& inhabitant, WallTime from, WallTime to) {
  double largest = inhabitant.service.demand_rps(to);
  for (auto at = from; at < to; at += 4 * kResolution) largest = std::max(largest, inhabitant.service.demand_rps(at));
  return largest;
}

bool counts_arrivals(const Inhabitant& inhabitant) {
  return inhabitant.spec.demand.front().kind == api::DemandKind::Rate;
}

Millis memory_of(const Record& record, int service, const api::AutoscalerSpec& spec, WallTime at) {
  const auto turned = [&](const Fault& fault) { return fault.hits_service(service) && turn_of(fault).has_value(); };
  if (record.disturbed(at - kUnsure, at, turned)) return kUnsure;
  const auto model = spec.forecast.model;
  const bool robust = model == api::ModelChoice::SeasonalNaive || model == api::ModelChoice::HoltWinters;
  if (model == api::ModelChoice::Off) return 30min;
  return robust ? 12 * record.options.loop.grid_step + 30min : kGivenBack;
}

Millis horizon_of(const Inhabitant& inhabitant) {
  const int leads = inhabitant.service.ordered ? 25 : 4;
  return leads * inhabitant.service.lead_max + (inhabitant.spec.node_pool ? 10min : 0min);
}

int plenty_for(double rps, const Inhabitant& inhabitant, const api::AutoscalerSpec& spec) {
  // Where demand rises steeply at an hour that only the forecast knows, the upper quantile decides hours ahead: the top
  // of the rise is in sight all day.
  const double steepest = inhabitant.steep ? inhabitant.service.demand_rps(*inhabitant.steep) : 0;
  return std::max(spec.min_replicas, 2 + need_of(std::max(1.5 * rps, 2.5 * steepest), inhabitant));
}

const Moment* moment_at(const Record& record, int service, WallTime at) {
  const auto& moments = record.moments.at(static_cast<std::size_t>(service));
  const auto after = std::upper_bound(moments.begin(), moments.end(), at,
                                      [](WallTime when, const Moment& one) { return when < one.at; });
  return after == moments.begin() ? nullptr : &*(after - 1);
}

std::optional<api::AutoscalerSpec> spec_at(const Record& record, const api::ObjectKey& key, WallTime at) {
  std::optional<api::AutoscalerSpec> spec;
  for (const auto& change : record.specs) {
    if (change.at > at) break;
    if (change.key == key) spec = change.spec;
  }
  return spec;
}

Millis soon_after(const ControllerOptions& options) {
  return 3 * options.loop.cycle + options.lease.duration + 2 * options.lease.retry + 90s;
}

bool blocked(const Record& record, int service, WallTime from, WallTime to) {
  const auto hits = [&](const Fault& fault) { return fault.hits_service(service) && blocks(fault); };
  const auto jump = [](const Fault& fault) { return fault.kind == FaultKind::ClockJump; };
  return record.disturbed(from - soon_after(record.options), to, hits) ||
         record.disturbed(from - 2 * record.options.loop.cycle, to, jump) ||
         undone_twice(record, record.inhabitant(service).key, from - 25min, to);
}

bool others_disturb(const Record& record, const Fault& fault, int service, WallTime from, WallTime to) {
  return record.disturbed(
      from, to, [&](const Fault& any) { return &any != &fault && (any.hits_service(service) || disables(any.kind)); });
}

bool by_controller(const Write& write) {
  return write.writer != "person" && write.writer != "cluster";
}

bool is_done_scale(const Write& write) {
  return write.kind == "Scale" && write.outcome == "ok" && by_controller(write);
}

}  // namespace aia::simulation
