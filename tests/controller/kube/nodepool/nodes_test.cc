// Nodes as they are kept, and what the pods on a pool's nodes hold of them.
#include "controller/kube/nodepool/nodes.h"

#include <catch2/catch.hpp>

#include "controller/kube/nodepool/nodes.h"
#include "tests/controller/kube/pool_rig.h"

using namespace aia;
using namespace aia::kube;

namespace {

const char* const kNode = R"({"metadata":{"name":"n1","uid":"u-1","creationTimestamp":"2026-11-21T08:00:00Z",
    "labels":{"pool":"h100","zone":"a"},"annotations":{"long":"text"}},
  "spec":{"taints":[{"key":"gpu","value":"yes","effect":"NoSchedule"},{"key":"soft","effect":"PreferNoSchedule"},
    {"key":"node.kubernetes.io/not-ready","effect":"NoExecute"},{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"},
    {"key":"drain","effect":"NoExecute"}],"unschedulable":true},
  "status":{"allocatable":{"cpu":"95500m","memory":"2Gi","nvidia.com/gpu":"8","pods":"110","odd":"much"},"images":[{"names":["x"]}],
    "conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-11-21T08:01:00Z"}]}})";

Json pod_on(const std::string& name, const std::string& node, const std::string& gpus,
            const std::string& owner = "ReplicaSet") {
  return {{"metadata",
           {{"namespace", "ns-" + name}, {"name", name}, {"ownerReferences", Json::array({{{"kind", owner}}})}}},
          {"spec",
           {{"nodeName", node},
            {"containers", Json::array({{{"name", "c"}, {"resources", {{"limits", {{"nvidia.com/gpu", gpus}}}}}}})}}},
          {"status", {{"phase", "Running"}}}};
}

Json node_named(const std::string& name, const std::string& in) {
  return {{"metadata", {{"name", name}, {"labels", {{"pool", in}, {"zone", "a"}}}}}};
}

}  // namespace

TEST_CASE("a node is reduced to what decides whether pods fit") {
  const std::optional<Json> trimmed = parse_json(kNode, node_trim(), Envelope::None);
  REQUIRE(trimmed);
  CHECK_FALSE(trimmed->at("status").contains("images"));
  CHECK_FALSE(trimmed->at("metadata").contains("annotations"));
  const StoredNode stored = node_from_json(*trimmed);
  CHECK(stored.node.name == "n1");
  CHECK(stored.node.uid == "u-1");
  REQUIRE(stored.node.ready_since);
  CHECK(*stored.node.ready_since - stored.node.created == std::chrono::minutes(1));
  CHECK(stored.node.allocatable ==
        api::Amounts{{"cpu", 95'500}, {"memory", 2LL << 30}, {"nvidia.com/gpu", 8}, {"pods", 110}});
  CHECK(stored.node.taints == std::vector<api::Taint>{{"gpu", "yes", "NoSchedule"}, {"drain", "", "NoExecute"}});
  CHECK(stored.node.cordoned);
  CHECK_FALSE(stored.node.deleting);
  CHECK(has_labels(stored.labels, {{"pool", "h100"}, {"zone", "a"}}));
  CHECK_FALSE(has_labels(stored.labels, {{"pool", "h100"}, {"zone", "b"}}));
  CHECK_FALSE(has_labels(stored.labels, {{"pool", "h100"}, {"rack", ""}}));

  Json gone = *trimmed;
  gone["metadata"]["deletionTimestamp"] = "2026-11-21T09:00:00Z";
  gone["status"]["conditions"][0]["status"] = "Unknown";
  CHECK(node_from_json(gone).node.deleting);
  CHECK_FALSE(node_from_json(gone).node.ready_since);
}

TEST_CASE("a node that says Ready without since when is Ready") {
  Json object = *parse_json(kNode);
  object["status"]["conditions"][0].erase("lastTransitionTime");
  const StoredNode stored = node_from_json(object);
  CHECK(stored.node.ready_since == stored.node.created);
}

TEST_CASE("each pool has its nodes, with what the pods on them hold") {
  Store<StoredNode> nodes(node_from_json);
  Store<LabelledPod> pods(pod_from_json);
  for (const char* name : {"a1", "a2", "a3"}) nodes.apply(Upserted{node_named(name, "a")});
  nodes.apply(Upserted{node_named("b1", "b")});
  pods.apply(Upserted{pod_on("p1", "a1", "4")});
  pods.apply(Upserted{pod_on("p2", "a1", "2")});
  pods.apply(Upserted{pod_on("d1", "a1", "0", "DaemonSet")});
  pods.apply(Upserted{pod_on("d2", "a2", "0", "DaemonSet")});
  Json finished = pod_on("p3", "a2", "8");
  finished["status"]["phase"] = "Succeeded";
  pods.apply(Upserted{finished});
  pods.apply(Upserted{pod_on("p4", "", "8")});
  pods.apply(Upserted{pod_on("p5", "b1", "much")});
  api::AcceleratorPool both = kube::tests::pool("a");
  both.spec.node_labels = {{"zone", "a"}};

  const auto of =
      nodes_of_pools({kube::tests::pool("a"), kube::tests::pool("b"), kube::tests::pool("none"), both}, nodes, pods);
  REQUIRE(of.size() == 4);
  REQUIRE(of[0].size() == 3);
  CHECK(of[0][0].name == "a1");
  CHECK(of[0][0].held == api::Amounts{{"nvidia.com/gpu", 6}, {"pods", 3}});
  CHECK(of[0][0].busy);
  CHECK(of[0][1].held == api::Amounts{{"nvidia.com/gpu", 0}, {"pods", 1}});
  CHECK_FALSE(of[0][1].busy);  // a daemon, and what has finished
  CHECK(of[0][1].daemons == of[0][1].held);
  CHECK(of[1][0].daemons.empty());
  CHECK(of[0][2].held.empty());
  REQUIRE(of[1].size() == 1);
  CHECK(of[1][0].held == api::Amounts{{"pods", 1}});  // what does not read holds nothing, and is there
  CHECK(of[1][0].busy);
  CHECK(of[2].empty());
  REQUIRE(of[3].size() == 4);
  CHECK(of[3][0].held == of[0][0].held);
  CHECK(busy_nodes(pods) == std::set<std::string>{"a1", "b1"});
}
