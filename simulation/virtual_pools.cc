// Every virtual node has a node request (Karpenter's NodeClaim), and a Node object as well once it was Ready. Both
// lists are sorted by name.
#include "simulation/virtual_pools.h"

#include <algorithm>

#include "controller/plan/packing.h"

namespace aia::simulation {
namespace {

constexpr std::int64_t kMostPods = 110;  // a kubelet's default

ports::Node node_of(const VirtualNode& from, const api::AcceleratorPoolSpec& spec) {
  ports::Node node;
  node.name = from.name;
  node.uid = from.uid;
  node.created = stamp(from.ready_at);
  if (from.ready) node.ready_since = stamp(from.ready_at);
  node.allocatable = {{spec.gpu_resource, spec.gpus_per_node - from.broken}, {plan::kPodSlots, kMostPods}};
  node.held = {{spec.gpu_resource, from.gpus}, {plan::kPodSlots, from.pods}};
  node.busy = from.pods > 0;
  node.taints = spec.node_taints;
  return node;
}

template <class Objects>
void sort_by_name(Objects& objects) {
  std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

ports::PoolSupply supply_of(const StoredPool& pool) {
  ports::PoolSupply supply;
  for (const auto& one : pool.machines.nodes()) {
    const bool there = one.ready || one.lost;
    if (there) supply.nodes.push_back(node_of(one, pool.object.spec));
    ports::NodeRequest request;
    request.name = "claim-" + one.name;
    request.uid = "claim-" + one.uid;
    request.created = stamp(one.asked);
    if (there) request.node = one.name;
    supply.requests.push_back(std::move(request));
  }
  sort_by_name(supply.nodes);
  sort_by_name(supply.requests);
  supply.size = pool.machines.size();
  if (supply.size) supply.size_version = pool.size_version;
  return supply;
}

}  // namespace

std::vector<ports::PoolView> VirtualPools::pools() {
  const auto* pool = world_.pool();
  if (pool == nullptr) return {};
  return {{pool->object, std::nullopt}};
}

std::vector<ports::PoolSupply> VirtualPools::supplies(const std::vector<api::AcceleratorPool>& pools, Millis) {
  std::vector<ports::PoolSupply> supplies;
  for (const auto& asked : pools) {
    const auto* pool = world_.pool();
    const bool known = pool != nullptr && pool->object.meta.name == asked.meta.name;
    supplies.push_back(known ? supply_of(*pool) : ports::PoolSupply{});
    if (auto error = failure("read")) {
      supplies.back().size.reset();
      supplies.back().requests.clear();
      supplies.back().problem = std::move(error);
    }
  }
  return supplies;
}

Result<std::vector<ports::Buffer>> VirtualPools::buffers(Millis) {
  if (auto error = failure("read")) return *error;
  std::vector<ports::Buffer> buffers;
  if (const auto* pool = world_.pool()) {
    for (const auto& [owner, stored] : pool->buffers) buffers.push_back(stored.buffer);
  }
  return buffers;
}

template <class Apply>
Status VirtualPools::write(const char* verb, Apply apply) {
  if (leads && !leads()) return Error{ErrorKind::NotLeading, "the lease is not held", {}};
  if (auto error = failure(verb)) return *error;
  return apply();
}

Status VirtualPools::write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& size) {
  return write("size", [&] { return world_.write_size(self(), pool.meta.name, size.to, size.version); });
}

Status VirtualPools::write_buffer(const ports::BufferWrite& one) {
  return write("buffer", [&] { return world_.write_buffer(self(), one); });
}

Status VirtualPools::delete_buffer(const ports::Buffer& buffer) {
  return write("buffer", [&] { return world_.delete_buffer(self(), buffer); });
}

Status VirtualPools::hold(const api::AcceleratorPool& pool, bool held) {
  return write("status", [&] { return world_.hold_pool(self(), pool, held); });
}

Status VirtualPools::write_status(const api::AcceleratorPool& pool) {
  return write("status", [&] { return world_.write_pool_status(self(), pool); });
}

Status VirtualPools::write_event(const api::AcceleratorPool& about, const ports::Event& event) {
  return write("status", [&] { return world_.write_pool_event(self(), about, event); });
}

}  // namespace aia::simulation
