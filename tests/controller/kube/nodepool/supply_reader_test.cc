// Reading supplies: what is asked of which provider, who else sizes a pool, and that one pool's trouble is its own.
#include "controller/kube/nodepool/supply_reader.h"

#include <catch2/catch.hpp>

#include "tests/controller/kube/pool_rig.h"
#include "tests/controller/words.h"

using namespace aia;
using namespace aia::kube;
using namespace aia::kube::tests;

namespace {

const api::ScaleRef kStatic{"karpenter.sh/v1", "NodePool", "h100", ""};
const api::ScaleRef kMachines{"cluster.x-k8s.io/v1beta2", "MachineDeployment", "md", "capi"};
const std::string kNodePool = "/apis/karpenter.sh/v1/nodepools/h100";
const std::string kDeployment = "/apis/cluster.x-k8s.io/v1beta2/namespaces/capi/machinedeployments/md";

struct Rig : PoolRig {
  Store<StoredNode> nodes{node_from_json};
  Store<LabelledPod> pods{pod_from_json};
  Actuators actuators{{transport, clock, discovery}};
  SupplyReader reader{transport, clock, actuators, nodes, pods};

  ports::PoolSupply read(const api::AcceleratorPool& one) { return reader.read({one}, Millis(1000)).at(0); }
  std::string refusal(const api::ScaleRef& ref, const std::string& path, const Json& object) {
    says("GET " + path, object);
    scale(path, 3, "77");
    const ports::PoolSupply supply = read(scaled_pool("p", ref));
    CHECK_FALSE(supply.problem);
    return supply.refusal ? std::string(to_string(supply.refusal->code)) + ": " + supply.refusal->message : "";
  }
};

Json claim(const std::string& name, const std::string& node, bool deleting = false) {
  Json made = {{"metadata", {{"name", name}, {"uid", "u-" + name}, {"creationTimestamp", "2026-11-21T08:00:00Z"}}}};
  if (!node.empty()) made["status"]["nodeName"] = node;
  if (deleting) made["metadata"]["deletionTimestamp"] = "2026-11-21T09:00:00Z";
  return made;
}

}  // namespace

TEST_CASE("a static NodePool: its NodeClaims, its object and then its scale") {
  Rig rig;
  rig.nodes.apply(Upserted{Json{{"metadata", {{"name", "n1"}, {"labels", {{"pool", "p"}}}}}}});
  rig.nodes.apply(Upserted{Json{{"metadata", {{"name", "n2"}, {"labels", {{"pool", "p"}}}}}}});
  rig.says("GET /apis/karpenter.sh/v1/nodeclaims",
           {{"items", Json::array({claim("c2", ""), claim("c1", "n1", true), claim("c0", "n2")})}});
  rig.says("GET " + kNodePool, {{"spec", {{"replicas", 3}}}});
  rig.scale(kNodePool, 3, "77");
  const ports::PoolSupply supply = rig.read(scaled_pool("p", kStatic));
  CHECK_FALSE(supply.problem);
  CHECK_FALSE(supply.refusal);
  CHECK(supply.size == 3);
  CHECK(supply.size_version == "77");
  REQUIRE(supply.requests.size() == 3);
  CHECK(supply.requests[0].name == "c0");
  CHECK(supply.requests[1].uid == "u-c1");
  CHECK(supply.requests[1].deleting);
  CHECK(supply.requests[2].node.empty());
  CHECK(format_rfc3339(supply.requests[2].created) == "2026-11-21T08:00:00Z");
  REQUIRE(supply.nodes.size() == 2);
  CHECK(supply.nodes[0].deleting);  // its claim is
  CHECK_FALSE(supply.nodes[1].deleting);
  const auto asked = rig.asked();
  REQUIRE(asked.size() == 3);
  CHECK(asked[0].target == "/apis/karpenter.sh/v1/nodeclaims?limit=500&labelSelector=karpenter.sh%2Fnodepool%3Dh100");
  CHECK(asked[1].target == kNodePool);
  CHECK(asked[2].target == kNodePool + "/scale");
}

TEST_CASE("a MachineDeployment: its Machines, in its namespace") {
  Rig rig;
  Json machine = claim("m1", "");
  machine["status"]["nodeRef"]["name"] = "n1";
  rig.says("GET /apis/cluster.x-k8s.io/v1beta2/namespaces/capi/machines", {{"items", Json::array({machine})}});
  CHECK(rig.refusal(kMachines, kDeployment, {{"spec", {{"replicas", 3}}}}).empty());
  const ports::PoolSupply supply = rig.read(scaled_pool("p", kMachines));
  REQUIRE(supply.requests.size() == 1);
  CHECK(supply.requests[0].node == "n1");
  CHECK(supply.size == 3);
  CHECK(rig.asked()[0].target ==
        "/apis/cluster.x-k8s.io/v1beta2/namespaces/capi/machines"
        "?limit=500&labelSelector=cluster.x-k8s.io%2Fdeployment-name%3Dmd");
}

TEST_CASE("who else sizes it is named, with what to do") {
  Rig rig;
  const auto with = [](const char* part, const char* key) { return Json{{"metadata", {{part, {{key, "1"}}}}}}; };
  const auto refused = [&](const Json& object) { return rig.refusal(kMachines, kDeployment, object); };
  const std::string what = "cluster.x-k8s.io/v1beta2 MachineDeployment capi/md is ";
  CHECK_THAT(refused({{"metadata", {{"deletionTimestamp", "x"}}}}),
             Catch::StartsWith("PoolDeleting: " + what + "being deleted"));
  CHECK_THAT(refused(with("annotations", "cluster.x-k8s.io/paused")),
             Catch::StartsWith("PoolPaused: " + what + "paused"));
  CHECK_THAT(refused({{"spec", {{"paused", true}}}}), Catch::StartsWith("PoolPaused: "));
  CHECK(refused({{"spec", {{"paused", false}}}}).empty());
  for (const char* status : {"True", "False"}) {  // of its Cluster, in either version of the API
    const Json conditions =
        Json::array({{{"type", "Paused"}, {"status", status}, {"lastTransitionTime", "2026-11-21T08:00:00Z"}}});
    const Json now = {{"status", {{"conditions", conditions}}}};
    for (const Json& object : {now, Json{{"status", {{"v1beta2", now["status"]}}}}})
      CHECK(refused(object).starts_with("PoolPaused: ") == (status == std::string("True")));
  }
  CHECK_THAT(refused(with("labels", "topology.cluster.x-k8s.io/owned")), Catch::StartsWith("OwnedByTopology: "));
  for (const char* end : {"min-size", "max-size"}) {
    const std::string key = std::string("cluster.x-k8s.io/cluster-api-autoscaler-node-group-") + end;
    CHECK_THAT(refused(with("annotations", key.c_str())), Catch::StartsWith("OwnedByClusterAutoscaler: "));
  }
  CHECK_THAT(refused(with("annotations", "cluster.x-k8s.io/replicas-managed-by")), Catch::StartsWith("OwnedByOther: "));
  CHECK(rig.read(scaled_pool("p", kMachines)).size == 3);  // what it is now can be read all the same
}

TEST_CASE("a MachineDeployment that replaces its machines says so, in either version's words") {
  const auto rolling = [](const api::ScaleRef& ref, const char* path, const char* object) {
    Rig rig;
    rig.serves("cluster.x-k8s.io/v1beta1", "machinedeployments", "MachineDeployment", true);
    CHECK(rig.refusal(ref, path, *parse_json(object)).empty());
    return rig.read(scaled_pool("p", ref)).rolling;
  };
  const char* const older = "/apis/cluster.x-k8s.io/v1beta1/namespaces/capi/machinedeployments/md";
  const api::ScaleRef before{"cluster.x-k8s.io/v1beta1", "MachineDeployment", "md", "capi"};
  const char* const now = kDeployment.c_str();
  CHECK(
      rolling(kMachines, now, R"({"status":{"replicas":4,"upToDateReplicas":1,
      "conditions":[{"type":"RollingOut","status":"True"}]}})") ==
      "cluster.x-k8s.io/v1beta2 MachineDeployment capi/md replaces its machines (1 of 4 up to date): no node is given "
      "back until it has");
  CHECK_FALSE(rolling(kMachines, now, R"({"status":{"replicas":4,"upToDateReplicas":3}})").empty());
  CHECK_FALSE(rolling(kMachines, now, R"({"metadata":{"generation":3},"status":{"replicas":4,"upToDateReplicas":4,
      "observedGeneration":2}})")
                  .empty());
  CHECK_FALSE(rolling(before, older, R"({"status":{"replicas":4,"updatedReplicas":1}})").empty());
  CHECK_FALSE(rolling(before, older, R"({"status":{"replicas":4,"updatedReplicas":4,
      "v1beta2":{"conditions":[{"type":"RollingOut","status":"True"}]}}})")
                  .empty());
  CHECK(rolling(kMachines, now, R"({"metadata":{"generation":3},"status":{"replicas":4,"upToDateReplicas":4,
      "observedGeneration":3,"conditions":[{"type":"RollingOut","status":"False"}]}})")
            .empty());
  CHECK(rolling(before, older, R"({"status":{"replicas":4,"updatedReplicas":4}})").empty());
  CHECK(rolling(kMachines, now, R"({"status":{"replicas":4}})").empty());
  CHECK(rolling(kStatic, kNodePool.c_str(), R"({"spec":{"replicas":3},"status":{"replicas":4,"updatedReplicas":1}})")
            .empty());
}

TEST_CASE("the scale of a dynamic NodePool is not asked for: the server would answer 500") {
  Rig rig;
  const std::string refusal = rig.refusal(kStatic, kNodePool, {{"spec", {{"limits", {{"cpu", "1000"}}}}}});
  CHECK(refusal ==
        "DynamicNodePool: karpenter.sh/v1 NodePool h100 has no spec.replicas, so Karpenter sizes it: use "
        "sizing.mode CapacityBuffer, or a static NodePool");
  for (const auto& request : rig.asked()) CHECK(request.target.find("/scale") == std::string::npos);
}

TEST_CASE("buffers: in either version, or a refusal that says what to install") {
  Rig rig;
  CHECK_FALSE(rig.read(pool("p")).refusal);
  CHECK(rig.asked()[0].target == "/apis/karpenter.sh/v1/nodeclaims?limit=500&labelSelector=pool%3Dp");
  CHECK_FALSE(rig.read(pool("p")).problem);  // no Karpenter there: none asked for

  Rig older;  // v1beta1 is there for another kind
  older.serves("autoscaling.x-k8s.io/v1beta1", "provisioningrequests", "ProvisioningRequest", true);
  older.serves("autoscaling.x-k8s.io/v1alpha1", "capacitybuffers", "CapacityBuffer", true);
  CHECK_FALSE(older.read(pool("p")).refusal);

  Rig none;
  none.answers.erase("GET /apis/autoscaling.x-k8s.io/v1beta1");
  const ports::PoolSupply supply = none.read(pool("p"));
  REQUIRE(supply.refusal);
  CHECK(supply.refusal->code == "NoBufferApi");
  CHECK_THAT(supply.refusal->message, Catch::Contains("Karpenter") && Catch::Contains("sizing.mode Scale"));
  CHECK_FALSE(supply.problem);
}

TEST_CASE("each pool's trouble is its own") {
  Rig rig;
  rig.refuses("GET /apis/karpenter.sh/v1/nodeclaims", 403, "Forbidden");
  rig.says("GET " + kDeployment, {{"spec", {{"replicas", 2}}}});
  rig.refuses("GET " + kDeployment + "/scale", 403, "Forbidden");
  const auto supplies = rig.reader.read({pool("a"), scaled_pool("gone", {"karpenter.sh/v1", "NodePool", "gone", ""}),
                                         scaled_pool("odd", {"x.io/v1", "Odd", "o", ""}), scaled_pool("md", kMachines)},
                                        Millis(1000));
  REQUIRE(supplies.size() == 4);
  REQUIRE(supplies[0].problem);
  CHECK(supplies[0].problem->kind == ErrorKind::Forbidden);
  CHECK(supplies[0].problem->message == "nodes asked for: no (HTTP 403)");
  REQUIRE(supplies[1].problem);
  REQUIRE(supplies[2].problem);
  CHECK(supplies[2].problem->message == "apiVersion x.io/v1, kind Odd is not served by this cluster");
  REQUIRE(supplies[3].problem);
  CHECK(supplies[3].problem->message == "scale of cluster.x-k8s.io/v1beta2 MachineDeployment capi/md: no (HTTP 403)");
  CHECK_FALSE(supplies[3].size);
  rig.says("GET /apis/karpenter.sh/v1/nodeclaims", {{"items", Json::array()}});
  const auto gone = scaled_pool("gone", {"karpenter.sh/v1", "NodePool", "gone", ""});
  rig.says("GET /apis/karpenter.sh/v1/nodepools/gone",
           {{"kind", "Status"}, {"code", 404}, {"reason", "NotFound"}, {"details", {{"name", "gone"}}}}, 404);
  CHECK(rig.read(gone).problem->kind == ErrorKind::NotFound);
}

TEST_CASE("an API that is not served any more is not an object that is gone") {
  Rig rig;
  rig.says("GET " + kNodePool, {{"spec", {{"replicas", 3}}}});
  rig.scale(kNodePool, 3, "77");
  const auto h100 = scaled_pool("p", kStatic);
  REQUIRE(rig.read(h100).size == 3);
  rig.answers.erase("GET " + kNodePool);  // the 404 names no object
  rig.answers.erase("GET /apis/karpenter.sh/v1");
  CHECK(rig.read(h100).problem->kind == ErrorKind::Unavailable);
  CHECK(rig.read(h100).problem->kind == ErrorKind::Invalid);  // asked again
  rig.serves("karpenter.sh/v1", "nodepools", "NodePool", false);
  rig.says("GET " + kNodePool, {{"spec", {{"replicas", 3}}}});
  rig.answers.erase("GET " + kNodePool + "/scale");
  rig.clock.advance(Millis(31'000));
  CHECK(rig.read(h100).problem->kind == ErrorKind::Unavailable);
}

TEST_CASE("whether a provider shows what was asked of it") {
  Rig rig;
  rig.says("GET " + kNodePool, {{"spec", {{"replicas", 3}}}});
  rig.scale(kNodePool, 3, "77");
  CHECK_FALSE(rig.read(scaled_pool("p", kStatic)).shows_requests);  // no such CRD
  CHECK(rig.read(scaled_pool("p", kStatic)).held() == 3);
  rig.says("GET /apis/karpenter.sh/v1/nodeclaims",
           {{"items", Json::array({claim("c0", "n0"), claim("c1", ""), claim("c2", "n2", true), claim("c3", "n3")})}});
  for (const char* node : {"n0", "n2"})
    rig.pods.apply(Upserted{
        Json{{"metadata", {{"name", std::string("p-") + node}, {"namespace", "n"}}}, {"spec", {{"nodeName", node}}}}});
  const ports::PoolSupply supply = rig.read(scaled_pool("p", kStatic));
  CHECK(supply.shows_requests);
  CHECK(supply.busy_unlabelled == 1);  // n0 has other labels; n2 goes, and on n3 is nothing
  CHECK(supply.held() == 1);
  rig.refuses("GET /apis/karpenter.sh/v1/nodeclaims", 403, "Forbidden");
  CHECK(rig.read(scaled_pool("p", kStatic)).held() == 3);
}

TEST_CASE("no pools, no requests") {
  Rig rig;
  CHECK(rig.reader.read({}, Millis(1000)).empty());
  CHECK(rig.transport.sent().empty());
}

TEST_CASE("a kind whose busy nodes we cannot spare is not sized") {
  Rig rig;
  rig.serves("machine.openshift.io/v1beta1", "machinesets", "MachineSet", true);
  const api::ScaleRef ref{"machine.openshift.io/v1beta1", "MachineSet", "gpu", "machines"};
  CHECK_THAT(rig.refusal(ref, "/apis/machine.openshift.io/v1beta1/namespaces/machines/machinesets/gpu",
                         {{"spec", {{"replicas", 3}}}}),
             Catch::StartsWith("KindNotKnown: machine.openshift.io/v1beta1 MachineSet machines/gpu"));
}

TEST_CASE("a page of NodeClaims that is too large is asked for in halves, and none is read twice") {
  Rig rig;
  int most = 0;
  rig.first = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (request.target.find("/nodeclaims?") == std::string::npos) return std::nullopt;
    const auto number = [&](const std::string& name, int otherwise) {
      const auto at = request.target.find(name + "=");
      return at == std::string::npos ? otherwise : std::stoi(request.target.substr(at + name.size() + 1));
    };
    const int limit = number("limit", 0), from = number("continue", 0), to = std::min(from + limit, 300);
    CHECK(request.max_body_bytes == kMostPageBytes);
    if (limit > most) return Result<http::Response>(Error{ErrorKind::TooLarge, "the answer is too large"});
    Json list = {{"metadata", {{"continue", to < 300 ? std::to_string(to) : ""}}}, {"items", Json::array()}};
    for (int i = from; i < to; ++i) list["items"].push_back({{"metadata", {{"name", "c" + std::to_string(i)}}}});
    return http::FakeTransport::json(dump_json(list));
  };
  rig.says("GET " + kNodePool, {{"spec", {{"replicas", 3}}}});
  rig.scale(kNodePool, 3, "77");
  most = 130;
  const ports::PoolSupply whole = rig.read(scaled_pool("p", kStatic));
  CHECK(whole.requests.size() == 300);
  CHECK(whole.shows_requests);
  most = 0;
  CHECK_FALSE(rig.read(scaled_pool("p", kStatic)).shows_requests);
}

TEST_CASE("many NodeClaims come in pages, and not without an end") {
  Rig rig;
  bool ends = true;
  int pages = 0;
  rig.first = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (request.target.find("/nodeclaims?") == std::string::npos) return std::nullopt;
    const bool more = !ends || request.target.find("continue=") == std::string::npos;
    const std::string name = "c" + std::to_string(++pages);
    return http::FakeTransport::json(R"({"metadata":{"continue":")" + std::string(more ? "more" : "") +
                                     R"("},"items":[{"metadata":{"name":")" + name + R"("}}]})");
  };
  rig.says("GET " + kNodePool, {{"spec", {{"replicas", 3}}}});
  rig.scale(kNodePool, 3, "77");
  const ports::PoolSupply whole = rig.read(scaled_pool("p", kStatic));
  CHECK(whole.shows_requests);
  CHECK(whole.requests.size() == 2);
  ends = false, pages = 0;
  const ports::PoolSupply endless = rig.read(scaled_pool("p", kStatic));
  CHECK(pages == 40);
  REQUIRE(endless.problem);
  CHECK(endless.problem->message == "nodes asked for: there are more than 20000 of them");
  CHECK_FALSE(endless.shows_requests);
}
