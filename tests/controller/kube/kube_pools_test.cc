// The pools' client as a whole: what it does without watches, and the writes that are its own.
#include "controller/kube/kube_pools.h"

#include <catch2/catch.hpp>

#include "controller/kube/watch/list.h"
#include "tests/controller/kube/pool_rig.h"

using namespace aia;
using namespace aia::kube;
using namespace aia::kube::tests;

namespace {

const std::string kPool = "/apis/aiautoscaler.io/v1alpha1/acceleratorpools/h100";

struct Rig : PoolRig {
  Store<LabelledPod> pods{pod_from_json};
  EventRecorder events{transport, clock, {}};
  KubePools client{transport, clock, discovery, pods, events, {}};
  api::AcceleratorPool h100 = pool("h100");

  Rig() { says("PATCH " + kPool, Json::object()); }
  void has_finalizers(const Json& finalizers) {
    says("GET " + kPool, {{"metadata", {{"name", "h100"}, {"resourceVersion", "9"}, {"finalizers", finalizers}}}});
  }
  /// Holds or lets go, and says what finalizers that writes; "": nothing is written.
  std::string hold(bool held) {
    const std::size_t before = asked("PATCH").size();
    CHECK(client.hold(h100, held).ok());
    const auto patches = asked("PATCH", before);
    if (patches.empty()) return "";
    CHECK(patches[0].headers.back().second == "application/merge-patch+json");
    return patches[0].body;
  }
};

}  // namespace

TEST_CASE("our finalizer comes and goes, others' stay") {
  Rig rig;
  rig.has_finalizers(Json::array({"a.io/x", "b.io/y"}));
  CHECK(rig.hold(true) ==
        R"({"metadata":{"finalizers":["a.io/x","b.io/y","aiautoscaler.io/pool"],"resourceVersion":"9"}})");
  CHECK(rig.hold(false).empty());
  rig.has_finalizers(Json::array({"a.io/x", "aiautoscaler.io/pool", "b.io/y"}));
  CHECK(rig.hold(true).empty());
  CHECK(rig.hold(false) == R"({"metadata":{"finalizers":["a.io/x","b.io/y"],"resourceVersion":"9"}})");
  rig.has_finalizers(Json::array({"aiautoscaler.io/pool"}));
  CHECK(rig.hold(false) == R"({"metadata":{"finalizers":[],"resourceVersion":"9"}})");
  rig.refuses("PATCH " + kPool, 409, "Conflict");
  CHECK(rig.client.hold(rig.h100, false).error().kind == ErrorKind::Conflict);
  rig.answers.erase("GET " + kPool);
  CHECK(rig.client.hold(rig.h100, false).ok());
  CHECK(rig.client.hold(rig.h100, true).error().kind == ErrorKind::NotFound);
}

TEST_CASE("with a resourceVersion finalizer and status are written only as they were read") {
  Rig rig;
  rig.has_finalizers(Json::array());
  rig.h100.meta.resource_version = "8";
  const std::size_t before = rig.asked("PATCH").size();
  CHECK(rig.client.hold(rig.h100, true).error().kind == ErrorKind::Conflict);
  CHECK(rig.asked("PATCH", before).empty());
  rig.h100.meta.resource_version = "9";
  CHECK(rig.client.hold(rig.h100, true).ok());
  rig.says("PATCH " + kPool + "/status", Json::object());
  CHECK(rig.client.write_status(rig.h100).ok());
  CHECK((*parse_json(rig.asked().back().body))["metadata"] == Json{{"name", "h100"}, {"resourceVersion", "9"}});
}

TEST_CASE("status: apply on /status, without spec") {
  Rig rig;
  rig.says("PATCH " + kPool + "/status", Json::object());
  rig.h100.status.nodes = 3;
  CHECK(rig.client.write_status(rig.h100).ok());
  const http::Request request = rig.asked().at(0);
  CHECK(request.target == kPool + "/status?fieldManager=aiautoscaler&force=true");
  const Json body = *parse_json(request.body);
  CHECK(body["kind"] == "AcceleratorPool");
  CHECK(body["metadata"] == Json{{"name", "h100"}});
  CHECK(body["status"]["nodes"] == 3);
  CHECK_FALSE(body.contains("spec"));
}

TEST_CASE("without watches: everything is listed once, and works") {
  Rig rig;
  rig.says("GET /apis/aiautoscaler.io/v1alpha1/acceleratorpools",
           {{"items", Json::array({{{"metadata", {{"name", "odd"}}}}})}});
  rig.says("GET /api/v1/nodes",
           {{"items", Json::array({{{"metadata", {{"name", "n1"}, {"labels", {{"pool", "h100"}}}}}}})}});
  rig.says(
      "GET /api/v1/pods",
      {{"items", Json::array({{{"metadata", {{"name", "p"}, {"namespace", "n"}}}, {"spec", {{"nodeName", "n1"}}}}})}});
  REQUIRE(rig.client.load(Millis(1000)).ok());
  CHECK(rig.client.synced());
  CHECK(rig.client.pools().at(0).problem);
  const ports::PoolSupply supply = rig.client.supplies({rig.h100}, Millis(1000)).at(0);
  REQUIRE(supply.nodes.size() == 1);
  CHECK(supply.nodes[0].busy);
  rig.refuses("GET /api/v1/nodes", 403, "Forbidden");
  CHECK(rig.client.load(Millis(1000)).error().message == "nodes: no (HTTP 403)");
}

TEST_CASE("a list of several pages is one list") {
  http::FakeTransport transport;
  transport.answer(http::FakeTransport::json(R"({"metadata":{"continue":"x y"},"items":[{"metadata":{"name":"a"}}]})"));
  transport.answer(http::FakeTransport::json(R"({"metadata":{},"items":[{"metadata":{"name":"b"}}]})"));
  Store<StoredNode> nodes(node_from_json);
  aia::tests::ManualClock clock;
  WatcherOptions what;
  what.resource = kNodes;
  const auto list = [&] { return list_into(nodes, transport, clock, what, [] { return Millis(1000); }); };
  CHECK(list().ok());
  CHECK(nodes.size() == 2);
  CHECK(transport.sent().at(1).request.target == "/api/v1/nodes?limit=500&continue=x%20y");
  transport.answer(http::FakeTransport::json(R"({"kind":"Status","code":429,"message":"initializing"})", 429));
  transport.answer(http::FakeTransport::json(R"({"items":[{"metadata":{"name":"c"}},{"metadata":{"name":"d"}}]})"));
  CHECK(list().ok());  // tried again
  transport.answer(http::FakeTransport::json("[]"));
  CHECK(list().error().kind == ErrorKind::Unavailable);
  CHECK(nodes.size() == 2);
}

TEST_CASE("busy machines stay, unless they may be drained") {
  Rig rig;
  const std::string capi = "/apis/cluster.x-k8s.io/v1beta2/namespaces/capi/";
  rig.scale(capi + "machinedeployments/md", 1, "77");
  rig.says("PATCH " + capi + "machinedeployments/md/scale", Json::object());
  rig.says("GET " + capi + "machines",
           {{"items", Json::array({{{"metadata", {{"name", "m0"}}}, {"status", {{"nodeRef", {{"name", "n1"}}}}}}})}});
  rig.says("PATCH " + capi + "machines/m0", Json::object());
  rig.pods.apply(Upserted{Json{{"metadata", {{"name", "p"}, {"namespace", "n"}}}, {"spec", {{"nodeName", "n1"}}}}});
  const auto machines = scaled_pool("p", {"cluster.x-k8s.io/v1beta2", "MachineDeployment", "md", "capi"});
  CHECK(rig.client.write_size(machines, {1, 0, "77", false}).error().message.find("1 too few are idle to go") !=
        std::string::npos);
  CHECK(rig.client.write_size(machines, {1, 0, "77", true}).ok());
}

TEST_CASE(
    "a raise that crossed somebody's status write is written at once, one that crossed a size or a pause is not") {
  struct Row {
    const char* what;
    int there;     ///< what the scale says when it is read again
    Json object;   ///< what the pool says then
    int from, to;  ///< nodes
    bool ok;
    std::size_t writes;
  };
  const Json fixed = {{"spec", {{"replicas", 3}}}};
  const Json autoscaled = {
      {"metadata", {{"annotations", {{"cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size", "9"}}}}},
      {"spec", {{"replicas", 3}}}};
  const Row rows[] = {
      {"only the status was written", 3, fixed, 3, 5, true, 2},
      {"the size was, too", 4, fixed, 3, 5, false, 1},
      {"somebody took it over", 3, autoscaled, 3, 5, false, 1},
      {"lowering can wait for the next cycle", 3, fixed, 3, 2, false, 0},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Rig rig;
    const std::string path = "/apis/cluster.x-k8s.io/v1beta2/namespaces/capi/machinedeployments/md";
    const std::string machines = "/apis/cluster.x-k8s.io/v1beta2/namespaces/capi/machines";
    rig.says("GET " + path, row.object);
    rig.says("GET " + machines, {{"items", Json::array({{{"metadata", {{"name", "m0"}, {"uid", "u-m0"}}}}})}});
    rig.says("PATCH " + machines + "/m0", Json::object());
    rig.scale(path, row.there, "78");
    rig.transport.on([](const http::Request& request) -> std::optional<Result<http::Response>> {
      if (request.method != "PATCH") return std::nullopt;
      const bool old = request.body.find(R"("resourceVersion":"77")") != std::string::npos;
      return http::FakeTransport::json(R"({"kind":"Status","message":"modified"})", old ? 409 : 200);
    });
    const api::ScaleRef ref{"cluster.x-k8s.io/v1beta2", "MachineDeployment", "md", "capi"};
    const Status written = rig.client.write_size(scaled_pool("p", ref), {row.from, row.to, "77"});
    CHECK(written.ok() == row.ok);
    if (!row.ok) CHECK(written.error().kind == ErrorKind::Conflict);
    std::size_t writes = 0;
    for (const auto& request : rig.asked("PATCH"))
      writes += request.target.find(path + "/scale") == 0 && request.body.find("replicas") != std::string::npos ? 1 : 0;
    CHECK(writes == row.writes);
  }
}
