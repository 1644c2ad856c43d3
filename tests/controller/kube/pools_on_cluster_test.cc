// The client of node pools against a real control plane: what upstream's CRDs and the API server make of our writes,
// and which they refuse. AIA_BUFFERS is the version of CapacityBuffers that is to be used of those that are served.
#include "tests/controller/kube/on_cluster.h"
#include "tests/controller/kube/pool_rig.h"
#include "tests/controller/words.h"

using namespace aia;
using namespace aia::kube;
using namespace aia::kube::tests;

namespace {

const Resource kNodePools{"karpenter.sh", "v1", "nodepools"};

/// A Karpenter NodePool: dynamic without replicas. It is cluster-scoped, so it has the namespace's name in its own.
api::AcceleratorPool node_pool(World& world, const std::string& word, std::optional<int> replicas) {
  const std::string name = world.ns + "-" + word;
  const Json nodes = {{"nodeClassRef", {{"group", "karpenter.kwok.sh"}, {"kind", "KWOKNodeClass"}, {"name", "x"}}},
                      {"requirements", Json::array()}};
  Json made = {{"apiVersion", "karpenter.sh/v1"},
               {"kind", "NodePool"},
               {"metadata", {{"name", name}}},
               {"spec", {{"template", {{"spec", nodes}}}}}};
  if (replicas) made["spec"]["replicas"] = *replicas;
  world.create(collection_path(kNodePools, ""), made);
  return scaled_pool(name, {"karpenter.sh/v1", "NodePool", name, ""});
}

Json stored(World& world, const api::AcceleratorPool& pool) {
  return world.get(object_path(kNodePools, {"", pool.meta.name}));
}

/// A workload whose pods ask for GPUs, and its buffer.
struct Buffered {
  World world;
  api::Autoscaler autoscaler;
  Client client;
  ports::Pools& pools = *client.cluster.pools();
  const Resource buffers{"autoscaling.x-k8s.io", environment("AIA_BUFFERS"), "capacitybuffers"};

  Buffered() {
    world.create_deployment("llama", 0);
    const Json limits = {{"nvidia.com/gpu", "8"}, {"cpu", "4"}};
    const Json server = {{"name", "server"}, {"image", "vllm"}, {"resources", {{"limits", limits}}}};
    world.patch(world.deployments() + "/llama",
                {{"spec", {{"template", {{"spec", {{"containers", Json::array({server})}}}}}}}});
    autoscaler = world.create_autoscaler("aia", "llama");
  }
  std::optional<ports::Buffer> seen() {
    const auto all = pools.buffers(kDeadline);
    if (!all) FAIL(all.error().message);
    for (const auto& one : *all)
      if (one.autoscaler_uid == autoscaler.meta.uid) return one;
    return std::nullopt;
  }
  Status write(int replicas, const std::string& version) {
    return pools.write_buffer({&autoscaler, "h100", replicas, "nvidia.com/gpu", 40, client.clock.now(), version});
  }
  /// Writes upon what is there, and says what the API server holds then.
  Json after(int replicas) {
    const auto there = seen();
    const Status written = write(replicas, there ? there->version : "");
    if (!written) FAIL(written.error().message);
    CHECK(seen()->replicas == replicas);
    return world.get(object_path(buffers, {world.ns, "aia-aia"}))["spec"];
  }
  bool is_gone(const Resource& resource) { return world.get(collection_path(resource, world.ns))["items"].empty(); }
};

}  // namespace

TEST_CASE("a buffer, in the newest version that is served: made, raised, lowered, deleted", "[buffers]") {
  if (skipped()) return;
  Buffered llama;
  CHECK(llama.after(2)["replicas"] == 2);
  const std::string first = llama.seen()->version;
  const Json spec = llama.after(5);
  CHECK(spec["replicas"] == 5);
  CHECK(spec["limits"]["nvidia.com/gpu"] == "40");
  CHECK(llama.write(7, first).error().kind == ErrorKind::Conflict);
  CHECK(llama.write(1, first).error().kind == ErrorKind::Conflict);
  CHECK(llama.after(1)["replicas"] == 1);

  World& world = llama.world;
  for (const Json& fields : world.get(object_path(llama.buffers, {world.ns, "aia-aia"}))["metadata"]["managedFields"])
    CHECK(text_at(fields, {"apiVersion"}) == "autoscaling.x-k8s.io/" + llama.buffers.version);
  const Json pods = world.get(object_path(kPodTemplates, {world.ns, text_at(spec, {"podTemplateRef", "name"})}));
  const Json asked = {{"nvidia.com/gpu", "8"},
                      {"cpu", "4"}};  // which the API server does not make of a template's limits
  CHECK(pods["template"]["spec"]["containers"][0]["resources"]["requests"] == asked);
  CHECK(pods["template"]["spec"]["nodeSelector"]["type"] == "kwok");
  CHECK(pods["template"]["metadata"]["labels"]["app"] == "llama");

  CHECK(llama.pools.delete_buffer(*llama.seen()).ok());
  CHECK_FALSE(llama.seen().has_value());
  CHECK(llama.is_gone(llama.buffers));
  CHECK(llama.is_gone(kPodTemplates));
}

TEST_CASE("a static NodePool is sized, a dynamic one is not and says who does") {
  if (skipped()) return;
  World world;
  Client client;
  ports::Pools& pools = *client.cluster.pools();
  const auto dynamic = node_pool(world, "dynamic", std::nullopt), fixed = node_pool(world, "static", 1);
  const auto supplies = pools.supplies({dynamic, fixed}, kDeadline);
  for (const auto& supply : supplies) {
    if (supply.problem) FAIL(supply.problem->message);
  }
  REQUIRE(supplies[0].refusal.has_value());
  CHECK(supplies[0].refusal->code == "DynamicNodePool");
  CHECK_FALSE(supplies[0].size.has_value());
  CHECK_FALSE(supplies[1].refusal.has_value());
  CHECK(supplies[1].size == 1);

  CHECK(pools.write_size(fixed, {1, 3, supplies[1].size_version}).ok());
  CHECK(stored(world, fixed)["spec"]["replicas"] == 3);
  CHECK(pools.write_size(fixed, {1, 4, supplies[1].size_version}).error().kind == ErrorKind::Conflict);
  CHECK(stored(world, fixed)["spec"]["replicas"] == 3);
}

TEST_CASE("a finalizer and a status made from an old view are refused, and nobody's are lost") {
  if (skipped()) return;
  World world;
  Client client;
  ports::Pools& pools = *client.cluster.pools();
  const std::string path = object_path(kAcceleratorPools, {"", world.ns + "-h100"});
  const Json nodes = {{"labels", {{"pool", world.ns}}}, {"gpu", {{"resource", "nvidia.com/gpu"}, {"perNode", 8}}}};
  const Json spec = {
      {"nodes", nodes}, {"maxNodes", 3}, {"sizing", {{"mode", "CapacityBuffer"}}}, {"namespaces", Json::array({"*"})}};
  world.create(collection_path(kAcceleratorPools, ""), {{"apiVersion", api::kApiVersion},
                                                        {"kind", "AcceleratorPool"},
                                                        {"metadata", {{"name", world.ns + "-h100"}}},
                                                        {"spec", spec}});
  api::AcceleratorPool old = pool(world.ns + "-h100");
  old.meta.resource_version = text_at(world.get(path), {"metadata", "resourceVersion"});
  api::AcceleratorPool leaders = old;
  leaders.status.before = api::SizeBefore{2, client.clock.now() + std::chrono::hours(1)};
  REQUIRE(pools.write_status(leaders).ok());
  REQUIRE(world.get(path)["status"]["sizeBefore"]["nodes"] == 2);

  CHECK(pools.write_status(old).error().kind == ErrorKind::Conflict);
  CHECK(pools.hold(old, true).error().kind == ErrorKind::Conflict);
  CHECK(world.get(path)["status"]["sizeBefore"]["nodes"] == 2);
  old.meta.resource_version = text_at(world.get(path), {"metadata", "resourceVersion"});
  CHECK(pools.hold(old, true).ok());
  old.meta.resource_version.clear();
  CHECK(pools.hold(old, false).ok());
  CHECK(pools.write_status(old).ok());
  CHECK_FALSE(world.get(path)["status"].contains("sizeBefore"));
  CHECK(world.admin->send(delete_request(path), kDeadline).ok());
}

TEST_CASE("with Recommend's rights pools are read, reported on, and nothing is written") {
  if (skipped()) return;
  Buffered llama;
  const auto fixed = node_pool(llama.world, "static", 1);
  REQUIRE(llama.write(2, "").ok());
  Client looks(kRecommend);
  REQUIRE(eventually([&] { return looks.cluster.synced(); }));
  ports::Pools& pools = *looks.cluster.pools();
  const auto supply = pools.supplies({fixed}, kDeadline).front();
  if (supply.problem) FAIL(supply.problem->message);
  CHECK(supply.size == 1);
  CHECK(pools.buffers(kDeadline).ok());

  const ports::Buffer buffer = *llama.seen();
  const ports::BufferWrite lower{&llama.autoscaler, "h100", 1, "nvidia.com/gpu", 40, looks.clock.now(), buffer.version};
  CHECK(pools.write_size(fixed, {1, 3, supply.size_version}).error().kind == ErrorKind::Forbidden);
  CHECK(pools.write_buffer(lower).error().kind == ErrorKind::Forbidden);
  CHECK(pools.delete_buffer(buffer).error().kind == ErrorKind::Forbidden);
  CHECK(pools.hold(fixed, true).error().kind == ErrorKind::Forbidden);
  CHECK(stored(llama.world, fixed)["spec"]["replicas"] == 1);
  CHECK(llama.seen()->replicas == 2);
}
