// A small world with nodes, for tests: one service whose pods hold two of a node's four GPUs.
#pragma once

#include "simulation/virtual_pools.h"

namespace aia::simulation {

inline const WallTime kNodesStart{Millis(1'800'000'000'000)};  // a whole hour
inline const api::ObjectKey kOnNodes{"serving", "llm"};

inline api::AcceleratorPool pool_of(api::Sizing sizing, int max_nodes) {
  api::AcceleratorPool pool;
  pool.meta.name = "gpus";
  pool.spec.node_labels = {{"pool", "gpus"}};
  pool.spec.gpu_resource = "nvidia.com/gpu";
  pool.spec.gpus_per_node = 4;
  pool.spec.max_nodes = max_nodes;
  pool.spec.sizing = sizing;
  if (sizing == api::Sizing::Scale) pool.spec.scale_ref = api::ScaleRef{"karpenter.sh/v1", "NodePool", "gpus", ""};
  pool.spec.namespaces = {"*"};
  return pool;
}

/// Nodes take 5 minutes, pods 3; two pods at first, on one node.
struct NodesWorld {
  explicit NodesWorld(api::Sizing sizing = api::Sizing::CapacityBuffer, int max_nodes = 5, std::uint64_t seed = 1)
      : world(kNodesStart, seed) {
    NodeOptions nodes;
    nodes.lead_min = nodes.lead_max = std::chrono::minutes(5);
    pool = &world.add_pool(pool_of(sizing, max_nodes), nodes);
    ServiceOptions options;
    options.demand_rps = [](WallTime) { return 1.0; };
    options.lead_min = options.lead_max = std::chrono::minutes(3);
    options.gpus_per_replica = 2;
    service = &world.add_service(kOnNodes, options, 2);
    object.meta.ns = kOnNodes.ns;
    object.meta.name = kOnNodes.name;
    object.spec.target = {"apps/v1", "Deployment", kOnNodes.name};
    world.create(object);
    object = world.autoscalers().at(kOnNodes).object;
  }

  [[nodiscard]] Status buffer(int replicas, const std::string& version, std::int64_t most_gpus = 100) {
    ports::BufferWrite write;
    write.autoscaler = &object;
    write.pool = "gpus";
    write.replicas = replicas;
    write.gpu_resource = "nvidia.com/gpu";
    write.most_gpus = most_gpus;
    write.expires = world.now() + std::chrono::hours(1);
    write.version = version;
    return pools.write_buffer(write);
  }
  [[nodiscard]] ports::PoolSupply supply() { return pools.supplies({pool->object}, Millis(0)).front(); }
  [[nodiscard]] std::vector<ports::Buffer> buffers() { return pools.buffers(Millis(0)).value(); }

  World world;
  StoredPool* pool = nullptr;
  Service* service = nullptr;
  api::Autoscaler object;
  VirtualPools pools{world, "a"};
};

}  // namespace aia::simulation
