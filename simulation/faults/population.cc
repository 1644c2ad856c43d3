// There are always four services: gateway (forecast, with a backlog query), pods (pods report for themselves), reactive
// (no forecast) and watched (mode Recommend). The seed draws their demand, lead times, bounds, models and metrics.
#include "simulation/faults/population.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Millis kDay = 24h;
constexpr Millis kHistory = 48h;

struct Burst {
  WallTime from{}, to{};
  double factor = 1;
};

double share_of_day(WallTime at) {
  return static_cast<double>(at.time_since_epoch() % kDay / 1ms) / static_cast<double>(kDay / 1ms);
}

/// A daily rhythm with up to three bursts, never below a tenth of its base.
DemandFunction draw_demand(Random random, WallTime start, Millis length) {
  const double base = random.uniform(20, 120), swing = random.uniform(0.1, 0.8), peak = random.uniform();
  std::vector<Burst> bursts;
  for (int i = random.integer(0, 3); i > 0; --i) {
    Burst burst;
    burst.from = start + random.uniform(Millis(0), length);
    burst.to = burst.from + random.uniform(Millis(5min), Millis(60min));
    burst.factor = random.uniform(1.3, 2.5);
    bursts.push_back(burst);
  }
  return [=](WallTime at) {
    double rps = base * (1 + swing * std::cos(2 * std::numbers::pi * (share_of_day(at) - peak)));
    for (const auto& burst : bursts) {
      if (burst.from <= at && at < burst.to) rps *= burst.factor;
    }
    return std::max(rps, 0.1 * base);
  };
}

Inhabitant one(const char* name, Random random, WallTime start, Millis length) {
  Inhabitant inhabitant;
  inhabitant.key = {"serving", name};
  auto& service = inhabitant.service;
  service.demand_rps = draw_demand(random.split(1), start, length);
  service.per_replica_rps = 10;
  service.lead_min = random.uniform(Millis(1min), Millis(4min));
  service.lead_max = service.lead_min + random.uniform(Millis(0), Millis(3min));
  service.step = 5s;
  service.scrape_interval = 15s;
  auto& spec = inhabitant.spec;
  spec.target = {"apps/v1", "Deployment", name};
  spec.min_replicas = random.integer(1, 3);
  spec.max_replicas = random.integer(25, 50);
  spec.mode = api::Mode::Auto;
  spec.forecast.history = kHistory;
  spec.forecast.seasons = {kDay};
  spec.demand = {{"requests", std::string("demand:serving/") + name, api::DemandKind::Rate, std::nullopt, 10}};
  const double first = service.demand_rps(start);
  inhabitant.replicas = std::clamp(static_cast<int>(first / 10) + 2, spec.min_replicas, spec.max_replicas);
  return inhabitant;
}

/// A third of the draws gives model Auto, which runs the whole engine. The named models cost less time.
api::ModelChoice draw_model(Random random) {
  constexpr api::ModelChoice kModels[]{api::ModelChoice::Auto, api::ModelChoice::SeasonalNaive,
                                       api::ModelChoice::HoltWinters};
  return kModels[random.integer(0, 2)];
}

/// Half of the seeds count arriving requests. The other half sees only the work of the Ready pods (concurrency or
/// utilisation), where a full pod is at its target.
void draw_metric(Inhabitant& inhabitant, Random random) {
  const double lot = random.uniform();
  if (lot < 0.5) return;
  auto& demand = inhabitant.spec.demand.front();
  const bool busy = lot < 0.75;
  demand.kind = busy ? api::DemandKind::Concurrency : api::DemandKind::Utilization;
  demand.query = (busy ? "busy:" : "utilization:") + inhabitant.key.to_string();
  demand.capacity_per_replica = busy ? 8 : 0.8;
}

/// Makes starts ordered, and demand rise steeply each day at the same hour: many pods must start one after another, and
/// only the history shows when.
void order_starts(Inhabitant& inhabitant, Random random, WallTime start) {
  constexpr double kRise = 4;
  const Millis after = random.uniform(Millis(6h), Millis(18h)), takes = 5min, lasts = 5h;
  const double base = random.uniform(20, 40);
  inhabitant.service.ordered = true;
  inhabitant.spec.target.kind = "StatefulSet";
  inhabitant.steep = start + after + takes;
  inhabitant.service.demand_rps = [=](WallTime at) {
    auto since = (at - start - after) % kDay;
    if (since < 0ms) since += kDay;
    if (since > lasts) return base;
    const double risen = std::min({1.0, static_cast<double>(since / 1ms) / static_cast<double>(takes / 1ms),
                                   static_cast<double>((lasts - since) / 1ms) / static_cast<double>(takes / 1ms)});
    return base * (1 + kRise * risen);
  };
  inhabitant.replicas = static_cast<int>(inhabitant.service.demand_rps(start) / 10) + 2;
}

api::AcceleratorPool pool_for(const Inhabitant& inhabitant, Random random) {
  api::AcceleratorPool pool;
  pool.meta.name = *inhabitant.spec.node_pool;
  pool.spec.node_labels = {{"pool", pool.meta.name}};
  pool.spec.gpu_resource = "nvidia.com/gpu";
  pool.spec.gpus_per_node = 4;
  pool.spec.max_nodes = inhabitant.spec.max_replicas;
  pool.spec.sizing = random.chance(0.5) ? api::Sizing::CapacityBuffer : api::Sizing::Scale;
  if (pool.spec.sizing == api::Sizing::Scale)
    pool.spec.scale_ref = api::ScaleRef{"karpenter.sh/v1", "NodePool", pool.meta.name, ""};
  pool.spec.namespaces = {"*"};
  return pool;
}
}  // namespace

Population draw_population(std::uint64_t seed, WallTime start, Millis length, const PopulationOptions& options) {
  const Random random = Random(seed).split(2);
  Random lots = random.split(7);
  const bool ordered = lots.chance(0.25), unseen = lots.chance(0.15), pooled = lots.chance(0.3);
  auto gateway = one("gateway", random.split(1), start, length);
  gateway.service.gateways = 2;
  gateway.spec.demand.front().backlog_query = "queue:serving/gateway";
  gateway.spec.forecast.model = draw_model(random.split(5));
  if (options.ordered.value_or(ordered)) order_starts(gateway, random.split(8), start);

  auto pods = one("pods", random.split(2), start, length);
  pods.service.gateways = 0;  // every pod reports for itself
  pods.spec.forecast.model = api::ModelChoice::LastValue;
  draw_metric(pods, random.split(9));

  auto reactive = one("reactive", random.split(3), start, length);
  reactive.service.gateways = 3;
  reactive.spec.forecast.model = api::ModelChoice::Off;
  reactive.spec.demand.front().query = "last:serving/reactive";
  reactive.has_selector = !options.unseen.value_or(unseen);

  auto watched = one("watched", random.split(4), start, length);
  watched.spec.mode = api::Mode::Recommend;
  watched.spec.forecast.seasons = {};
  watched.spec.forecast.model = draw_model(random.split(6));

  Population population;
  if (options.pool.value_or(pooled)) {
    gateway.spec.node_pool = "gpus";
    gateway.service.gpus_per_replica = lots.integer(1, 2);
    population.pool = pool_for(gateway, random.split(10));
    population.nodes.lead_min = lots.uniform(Millis(1min), Millis(3min));
    population.nodes.lead_max = population.nodes.lead_min + lots.uniform(Millis(0), Millis(2min));
  }
  population.inhabitants = {gateway, pods, reactive, watched};
  return population;
}

}  // namespace aia::simulation
