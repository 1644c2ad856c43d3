// A world with nodes: Deployments of replicas that fill a node each, on a pool whose nodes take four minutes; a
// scheduler that binds pods to free nodes, and a node autoscaler that serves pending pods and buffers and takes idle
// nodes away.
#pragma once

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/controller/loop/fake_pools.h"

namespace aia::loop::fakes {

struct PoolWorld : World {
  FakePools pools{clock};
  double demand = 15;                    // a replica serves 10
  std::set<std::string> on_pool{"llm"};  ///< Deployments whose pods its nodes take
  int late_pods = 0, new_pods = 0;

  explicit PoolWorld(api::Sizing sizing = api::Sizing::CapacityBuffer) {
    optional_ports.pools = &pools;
    restart();
    auto& object = pools.objects["h100"].object;
    object.meta = {"", "h100", "uid-h100", "1", 1, clock.now(), false, {}};
    object.spec.node_labels = {{"pool", "h100"}};
    object.spec.gpu_resource = "nvidia.com/gpu";
    object.spec.gpus_per_node = 8;
    object.spec.max_nodes = 30;
    object.spec.sizing = sizing;
    object.spec.namespaces = {"serving"};
    object.spec.lead_time = 4min;
    if (sizing == api::Sizing::Scale) object.spec.scale_ref = {"karpenter.sh/v1", "NodePool", "h100", ""};
    deployment().replica = api::ReplicaShape{{{{{"nvidia.com/gpu", 8}}, 1}}};
    spec().node_pool = "h100";
    spec().lead_time = 3min;
    spec().forecast.model = api::ModelChoice::Off;  // what is wanted is what demand asks for now
    metrics.series["demand"].value = [this](WallTime) { return demand; };
    for (int i = 0; i < deployment().replicas; ++i) pools.add_node("h100", 0);
    if (sizing == api::Sizing::Scale) pools.sizes["h100"] = deployment().replicas;
    step();
  }

  const api::AcceleratorPoolStatus& pool() { return pools.objects.at("h100").object.status; }
  const api::Condition& pool_condition(const std::string& type) {
    const auto& all = pool().conditions;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.type == type; });
    if (found == all.end()) throw std::runtime_error("no condition " + type);
    return *found;
  }
  int node_count() { return static_cast<int>(pools.nodes["h100"].size()); }
  int buffer() { return pools.stored.contains("llm") ? pools.stored.at("llm").replicas : 0; }

  int pods() {
    int sum = 0;
    for (const auto& name : on_pool) sum += static_cast<int>(deployment(name).pods.size());
    return sum;
  }
  int buffers() {
    int sum = 0;
    for (const auto& [name, one] : pools.stored) sum += one.replicas;
    return sum;
  }

  /// Pods come and go as replicas say, are bound where a node is free, and Ready three minutes later.
  void schedule() {
    std::set<std::string> used;
    for (const auto& name : on_pool) {
      as_replicas_say(name, deployment(name));
      for (const auto& pod : deployment(name).pods) used.insert(pod.pod.node);
    }
    for (auto& node : pools.nodes["h100"]) occupy(node, used.contains(node.node.name));
    for (const auto& name : on_pool) {
      for (auto& pod : deployment(name).pods) {
        if (pod.pod.node.empty()) bind(pod);
        if (pod.ready_at <= clock.now()) pod.pod.ready_since = pod.ready_at;
      }
    }
  }

  /// As Karpenter: room for every pending pod and for the buffers; what nobody needs goes.
  void provision() {
    auto& nodes = pools.nodes["h100"];
    if (!pools.sizes.contains("h100")) {
      const int wanted = pods() + buffers();
      if (wanted > node_count()) pools.ask("h100", wanted - node_count());
      while (node_count() > wanted) {
        const auto idle = std::find_if(nodes.begin(), nodes.end(), [](const auto& one) { return !one.node.busy; });
        if (idle == nodes.end()) break;
        nodes.erase(idle);
      }
    }
    pools.settle();
  }

  void step() {
    schedule();
    provision();
    schedule();
    loop->run_once();
    clock.time += settings.cycle;
  }
  void steps(Millis duration, const std::function<void()>& after_each = {}) {
    for (const WallTime end = clock.time + duration; clock.time < end;) {
      step();
      if (after_each) after_each();
    }
  }

 private:
  void as_replicas_say(const std::string& name, Deployment& one) {
    while (static_cast<int>(one.pods.size()) > one.replicas) one.pods.pop_back();
    while (static_cast<int>(one.pods.size()) < one.replicas) {
      FakePod pod;
      pod.pod.name = pod.pod.uid = name + "-new-" + std::to_string(new_pods++);
      pod.pod.created = clock.now();
      pod.ready_at = WallTime::max();
      one.pods.push_back(pod);
    }
  }
  static void occupy(FakeNode& node, bool by_one) {
    node.node.busy = by_one;
    node.node.held = {{"nvidia.com/gpu", by_one ? 8 : 0}, {"pods", by_one ? 1 : 0}};
  }
  void bind(FakePod& pod) {
    auto& nodes = pools.nodes["h100"];
    const auto free = std::find_if(nodes.begin(), nodes.end(), [&](const FakeNode& node) {
      return !node.node.busy && !node.down && node.ready_at <= clock.now() && node.gpus_at <= clock.now();
    });
    if (free == nodes.end()) return;
    if (clock.now() - pod.pod.created > 2s) ++late_pods;
    pod.pod.node = free->node.name, pod.pod.bound_since = clock.now();
    occupy(*free, true);
    if (!pod.pod.ready_since) pod.ready_at = clock.now() + 3min;
  }
};

}  // namespace aia::loop::fakes
