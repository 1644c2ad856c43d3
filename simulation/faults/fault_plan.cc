// Kinds are drawn with equal probability, times and severities uniformly. All draws for a fault are made whether or not
// they matter for its kind, so that a change of one kind leaves the draws of all later faults unchanged.
#include "simulation/faults/fault_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "simulation/random.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

enum class Hits { Controllers, OneController, Services, OneService, Everything };

/// Duration and victims of each kind of fault.
struct Character {
  const char* name;
  Millis shortest, longest;
  Hits hits;
};

constexpr std::array<Character, kFaultKinds> kCharacters = {{
    {"ApiAway", 1min, 10min, Hits::Controllers},      {"ApiSlow", 2min, 20min, Hits::Controllers},
    {"ApiErrors", 2min, 20min, Hits::Controllers},    {"ApiConflicts", 2min, 10min, Hits::Controllers},
    {"ApiThrottled", 2min, 10min, Hits::Controllers}, {"EtcdRestart", 10s, 90s, Hits::Everything},
    {"NetworkCut", 1min, 15min, Hits::OneController}, {"WatchesCut", 2min, 20min, Hits::OneController},
    {"MetricsAway", 2min, 30min, Hits::Controllers},  {"MetricsSlow", 2min, 20min, Hits::Services},
    {"MetricsGarbage", 2min, 20min, Hits::Services},  {"MetricsWarn", 2min, 20min, Hits::Services},
    {"HistoryRefused", 5min, 60min, Hits::Services},  {"ScrapeStops", 2min, 30min, Hits::Services},
    {"BadSamples", 5s, 2min, Hits::OneService},       {"SourcesChurn", 30min, 120min, Hits::OneService},
    {"ScrapePartial", 2min, 30min, Hits::OneService}, {"Crash", 10s, 5min, Hits::OneController},
    {"Pause", 10s, 5min, Hits::OneController},        {"ClockJump", 10s, 40min, Hits::Controllers},
    {"PodsFlap", 1min, 5min, Hits::OneService},       {"PodsEvicted", 8min, 8min, Hits::OneService},
    {"StartsStuck", 10min, 40min, Hits::OneService},  {"Rollout", 3min, 15min, Hits::OneService},
    {"ReadyLost", 3min, 20min, Hits::OneService},     {"CrashLoop", 10min, 60min, Hits::OneService},
    {"NodeLost", 12min, 12min, Hits::OneService},     {"RolloutStuck", 20min, 90min, Hits::OneService},
    {"VersionMoves", 3min, 15min, Hits::OneService},  {"NoSelector", 5min, 40min, Hits::OneService},
    {"Rebirth", 15min, 15min, Hits::OneService},      {"DemandGone", 8min, 100min, Hits::OneService},
    {"NoScale", 2min, 15min, Hits::OneService},       {"WriteRefused", 2min, 30min, Hits::Services},
    {"TargetGone", 2min, 15min, Hits::OneService},    {"EditBounds", 20min, 120min, Hits::OneService},
    {"EditMode", 10min, 60min, Hits::OneService},     {"RenameDemand", 30min, 120min, Hits::OneService},
    {"ScaleByHand", 25min, 25min, Hits::OneService},  {"OwnerAppears", 5min, 60min, Hits::OneService},
    {"Recreate", 1min, 10min, Hits::OneService},      {"Poison", 5min, 30min, Hits::OneService},
    {"NodesStuck", 10min, 60min, Hits::Everything},   {"GpusLost", 10min, 60min, Hits::Everything},
    {"PoolConflicts", 2min, 10min, Hits::Everything}, {"PoolRefused", 2min, 30min, Hits::Everything},
    {"PoolAway", 2min, 15min, Hits::Everything},
}};

const Character& character(FaultKind kind) {
  return kCharacters.at(static_cast<std::size_t>(kind));
}

void choose_victims(Fault& fault, Random& random, const Victims& victims) {
  const auto hits = character(fault.kind).hits;
  const int one_controller = random.integer(0, victims.controllers - 1);
  const int one_service = random.integer(0, victims.services - 1);
  const bool all = random.chance(0.5);
  if (hits == Hits::OneController || (hits == Hits::Controllers && !all)) fault.controller = one_controller;
  if (hits == Hits::OneService || (hits == Hits::Services && !all)) fault.service = one_service;
}

}  // namespace

const char* to_string(FaultKind kind) {
  return character(kind).name;
}

std::string to_string(const Fault& fault) {
  const auto hour = [](WallTime at) { return format_rfc3339(at).substr(11, 8); };
  std::string text = fmt::format("{} {}–{}", to_string(fault.kind), hour(fault.from), hour(fault.to));
  if (fault.controller >= 0) text += fmt::format(" controller {}", fault.controller);
  if (fault.service >= 0) text += fmt::format(" service {}", fault.service);
  return text + fmt::format(" severity {:.2f}", fault.severity);
}

bool disables(FaultKind kind) {
  switch (kind) {
    case FaultKind::ApiAway:
    case FaultKind::ApiSlow:
    case FaultKind::ApiErrors:
    case FaultKind::ApiConflicts:
    case FaultKind::ApiThrottled:
    case FaultKind::EtcdRestart:
    case FaultKind::NetworkCut:
    case FaultKind::WatchesCut:
    case FaultKind::Crash:
    case FaultKind::Pause: return true;
    default: return false;
  }
}

const Fault* FaultPlan::of_controller(FaultKind kind, int controller, WallTime at) const {
  return of_both(kind, controller, -1, at);
}

const Fault* FaultPlan::of_service(FaultKind kind, int service, WallTime at) const {
  return of_both(kind, -1, service, at);
}

const Fault* FaultPlan::of_both(FaultKind kind, int controller, int service, WallTime at) const {
  for (const auto& fault : faults) {
    if (fault.from > at) break;
    if (fault.kind != kind || !fault.lasts(at)) continue;
    const bool hits =
        (controller < 0 || fault.hits_controller(controller)) && (service < 0 || fault.hits_service(service));
    if (hits) return &fault;
  }
  return nullptr;
}

Millis skew_of(const Fault& fault) {
  const bool back = fault.severity > 0.7;
  const double share = back ? (fault.severity - 0.7) / 0.3 : fault.severity / 0.7;
  const auto far = static_cast<Millis::rep>(4000 * std::pow(450, share));  // 4 s … 30 min
  return Millis(back ? -far : far);
}

double bad_factor_of(const Fault& fault) {
  return 40 * std::pow(25'000, fault.severity);
}

std::optional<Turn> turn_of(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::DemandGone: return Turn{fault.from, fault.to, 0.01};
    case FaultKind::ReadyLost:
    case FaultKind::CrashLoop:
    case FaultKind::NodeLost:
    case FaultKind::RolloutStuck:
    case FaultKind::VersionMoves:
      if (fault.from.time_since_epoch().count() % 3 != 0) return std::nullopt;
      return Turn{fault.from + 1min, fault.to + 10min, 1.3 + fault.severity};
    default: return std::nullopt;
  }
}

std::vector<WallTime> rebirths_of(const Fault& fault) {
  std::vector<WallTime> all;
  for (int i = 0; i <= static_cast<int>(3 * fault.severity); ++i) all.push_back(fault.from + i * 3min);
  return all;
}

FaultPlan draw_faults(std::uint64_t seed, WallTime start, Millis length, const Victims& victims,
                      const FaultOptions& options) {
  Random random = Random(seed).split(1);
  FaultPlan plan;
  const auto count = static_cast<int>(random.poisson(options.mean_faults));
  const WallTime first = start + options.calm_before, last = start + length - options.calm_after;
  for (int i = 0; i < count; ++i) {
    Fault fault;
    fault.kind = static_cast<FaultKind>(random.integer(0, (victims.pool ? kFaultKinds : kFaultKindsWithoutPool) - 1));
    if (options.only) fault.kind = *options.only;
    fault.from = first + random.uniform(Millis(0), last - first);
    fault.to = fault.from + random.uniform(character(fault.kind).shortest, character(fault.kind).longest);
    fault.to = std::min(fault.to, last + character(fault.kind).shortest);
    fault.to = std::max(fault.to, fault.from + character(fault.kind).shortest);
    fault.severity = random.uniform();
    choose_victims(fault, random, victims);
    plan.faults.push_back(fault);
  }
  std::stable_sort(plan.faults.begin(), plan.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.from < b.from; });
  return plan;
}

}  // namespace aia::simulation
