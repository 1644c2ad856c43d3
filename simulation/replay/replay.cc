// A play is a loop: the controller runs a cycle, the timeline gets a Moment, and the world goes on by the length of a
// cycle. The controller itself takes no virtual time.
#include "simulation/replay/replay.h"

#include <algorithm>
#include <cmath>

#include "controller/api/validate.h"
#include "controller/loop/loop.h"
#include "simulation/replay/arrivals.h"
#include "simulation/virtual_cluster.h"
#include "simulation/virtual_metrics.h"
#include "simulation/virtual_pools.h"
#include "simulation/world.h"

namespace aia::simulation {
namespace {

constexpr const char* kAutoscaler = "llm";

/// Keeps the figures of each cycle that reports show.
class Recorder : public ports::Reporter {
 public:
  explicit Recorder(Outcome& outcome) : outcome_(outcome) {}

  void report(const ports::CycleReport& cycle) override {
    for (const auto& object : cycle.objects) {
      outcome_.errors += static_cast<int>(object.errors.size());
      for (const auto& demand : object.demand) {
        outcome_.model = demand.model;
        outcome_.skill = demand.skill;
        if (demand.ahead && demand.upper)
          outcome_.promises.push_back({cycle.at + demand.lead, *demand.ahead, *demand.upper});
      }
    }
  }

 private:
  Outcome& outcome_;
};

/// `scenario` must outlive the options.
ServiceOptions service_options(const Scenario& scenario, const Trace& whole) {
  ServiceOptions options;
  options.demand_rps = arrivals(whole, scenario.play_from(), scenario.seed);
  options.history_rps = [&trace = scenario.trace](WallTime at) { return trace.at(at); };
  options.per_replica_rps = scenario.per_replica_rps;
  options.lead_min = scenario.lead_min;
  options.lead_max = scenario.lead_max;
  options.slo_wait = scenario.slo_wait;
  options.gpus_per_replica = scenario.gpus_per_replica;
  return options;
}

/// Stops scrapes during the missing bins of the trace: requests come, but Prometheus has no samples.
void play_gaps(const Trace& trace, World& world, Service& service) {
  bool gap = false;
  for (WallTime at = world.now(); at < trace.end(); at += trace.step - (at - trace.start) % trace.step) {
    if (std::isnan(trace.at(at)) == gap) continue;
    gap = !gap;
    const auto fault = gap ? std::optional(ScrapeFault{1, false}) : std::nullopt;
    world.at(at, [&service, fault] { service.set_scrape_fault(fault); });
  }
}

/// The replicas that served the last lead time before the play, of a service that was running well.
int replicas_before(const Scenario& scenario, const Trace& whole) {
  const auto before = whole.between(scenario.play_from() - scenario.lead_max - whole.step, scenario.play_from());
  return scenario.needed(*std::max_element(before.values.begin(), before.values.end()));
}

api::Autoscaler autoscaler_of(const Policy& policy) {
  api::Autoscaler object;
  object.meta.ns = service_key().ns;
  object.meta.name = kAutoscaler;
  object.spec = policy.spec;
  return object;
}

/// A pool with room for max replicas.
api::AcceleratorPool pool_of(const Scenario& scenario) {
  api::AcceleratorPool pool;
  pool.meta.name = kPoolName;
  pool.spec.node_labels = {{"karpenter.sh/nodepool", kPoolName}};
  pool.spec.gpu_resource = "nvidia.com/gpu";
  pool.spec.gpus_per_node = scenario.nodes->gpus_per_node;
  pool.spec.max_nodes = scenario.nodes_for(scenario.highest());
  pool.spec.namespaces = {service_key().ns};
  return pool;
}

void add_nodes(const Scenario& scenario, World& world) {
  NodeOptions options;
  options.lead_min = scenario.nodes->lead_min;
  options.lead_max = scenario.nodes->lead_max;
  world.add_pool(pool_of(scenario), options);
}

Moment look_at(World& world, const Service& service, double demand_rps) {
  const int nodes = world.pool() == nullptr ? 0 : static_cast<int>(world.pool()->machines.nodes().size());
  return {world.now(), demand_rps, static_cast<int>(service.pods().size()), service.ready(), service.queue(), nodes};
}

}  // namespace

Outcome play(const Scenario& scenario, const Policy& policy) {
  Outcome outcome;
  outcome.policy = policy;
  const Trace whole = scenario.trace.filled();
  const WallTime from = scenario.play_from(), to = scenario.trace.end();
  World world(from, scenario.seed);
  if (scenario.nodes) add_nodes(scenario, world);
  const int at_first = replicas_before(scenario, whole);
  auto& service = world.add_service(service_key(), service_options(scenario, whole), at_first);
  world.create(autoscaler_of(policy));
  VirtualMetrics metrics(world);
  play_gaps(scenario.trace, world, service);
  VirtualCluster cluster(world, "replay");
  VirtualPools pools(world, "replay");
  Recorder recorder(outcome);
  loop::OptionalPorts optional_ports;
  if (policy.spec.node_pool) optional_ports.pools = &pools;
  loop::Loop loop(world.clock(), metrics, cluster, recorder, scenario.loop, optional_ports);
  while (world.now() < to) {
    do loop.run_once();
    while (loop.catching_up());  // the history, before time goes on
    outcome.timeline.push_back(look_at(world, service, whole.at(world.now())));
    world.advance_to(std::min(to, world.now() + scenario.loop.cycle));
  }
  std::stable_sort(outcome.promises.begin(), outcome.promises.end(),
                   [](const Promise& a, const Promise& b) { return a.about < b.about; });
  outcome.score = score_of(scenario, service.totals(), outcome.timeline);
  if (world.pool() != nullptr)
    outcome.score.nodes = node_score(world.pool()->machines.node_seconds(to), service.node_waits());
  return outcome;
}

Result<Replay> replay(const Scenario& scenario, const std::vector<Policy>& policies) {
  const auto valid = validate(scenario);
  if (!valid) return valid.error();
  Replay replay;
  replay.scenario = scenario;
  replay.clairvoyant_replica_hours = clairvoyant_replica_hours(scenario);
  replay.clairvoyant_node_hours = clairvoyant_node_hours(scenario);
  for (const auto& policy : policies) {
    const auto fits = api::validate(policy.spec);
    if (!fits) return fits.error().in(policy.name);
    replay.outcomes.push_back(play(scenario, policy));
  }
  return replay;
}

}  // namespace aia::simulation
