// The whole client over a scripted API server: views from the watches, and each write's exact request.
#include "controller/kube/kube_cluster.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <map>

#include "tests/controller/http/fake_transport.h"
#include "tests/controller/kube/eventually.h"
#include "tests/controller/kube/manual_clock.h"

using namespace aia;
using namespace aia::kube;
using http::FakeTransport;
using tests::eventually;
using tests::ManualClock;

namespace {

/// Calls are scripted; lists come from a table by path; watches stay open and send what `tell` gives them.
class Server final : public http::Transport {
 public:
  FakeTransport calls;
  std::map<std::string, std::string> lists;  ///< plural → items

  Result<http::Response> send(const http::Request& request, Millis deadline) override {
    return calls.send(request, deadline);
  }
  void send_each(const std::vector<http::Request>& requests, Millis deadline, const http::AnswerSink& take) override {
    calls.send_each(requests, deadline, take);
  }
  Result<http::Response> stream(const http::Request& request, const http::ChunkSink& sink, std::stop_token stop,
                                Millis inactivity) override {
    const std::string path = request.target.substr(0, request.target.find('?'));
    const std::string plural = path.substr(path.rfind('/') + 1);
    if (plural == "scaledobjects") return calls.stream(request, sink, stop, inactivity);  // listed, not watched
    std::unique_lock lock(mutex_);
    paths_.push_back(path);
    if (request.target.find("watch=1") == std::string::npos) {
      if (lists.count(plural) == 0)
        return FakeTransport::json(R"({"kind":"Status","code":404,"message":"no CRD"})", 404);
      sink(R"({"metadata":{"resourceVersion":"1"},"items":[)" + lists[plural] + "]}");
      return FakeTransport::json("");
    }
    while (changed_.wait(lock, stop, [&] { return !told_[plural].empty(); })) {
      const std::string line = std::exchange(told_[plural], "");
      lock.unlock();
      sink(line);
      lock.lock();
    }
    return FakeTransport::json("");
  }
  void tell(const std::string& plural, const std::string& type, const std::string& object) {
    const std::scoped_lock lock(mutex_);
    told_[plural] += R"({"type":")" + type + R"(","object":)" + object + "}\n";
    changed_.notify_all();
  }
  std::vector<std::string> paths() {
    const std::scoped_lock lock(mutex_);
    return paths_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, std::string> told_;
  std::vector<std::string> paths_;
};

std::string autoscaler(const std::string& ns, const std::string& name, int generation, const std::string& kind = "Rate",
                       int current_replicas = 0) {
  return dump_json({{"metadata",
                     {{"namespace", ns},
                      {"name", name},
                      {"uid", "u-" + name},
                      {"resourceVersion", "5"},
                      {"generation", generation}}},
                    {"spec",
                     {{"scaleTargetRef", {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"name", "d"}}},
                      {"maxReplicas", 4},
                      {"demand", Json::array({{{"name", "requests"},
                                               {"metric", {{"query", "sum(x)"}, {"kind", kind}}},
                                               {"capacity", {{"perReplica", "12"}}}}})}}},
                    {"status", {{"currentReplicas", current_replicas}}}});
}

std::string hpa(const std::string& ns, const std::string& name, const std::string& version, const std::string& target,
                const std::string& owners = "[]") {
  return R"({"metadata":{"namespace":")" + ns + R"(","name":")" + name +
         R"(","resourceVersion":"5","ownerReferences":)" + owners + R"(},"spec":{"scaleTargetRef":{"apiVersion":")" +
         version + R"(","kind":"Deployment","name":")" + target + R"("}}})";
}

std::string forecast(const std::string& ns, const std::string& name, const std::string& owner) {
  return R"({"metadata":{"namespace":")" + ns + R"(","name":")" + name +
         R"(","ownerReferences":[{"uid":"other"},{"uid":")" + owner + R"(","controller":true}]}})";
}

struct Rig {
  Server server;
  ManualClock clock;
  std::atomic<int> changes = 0;
  std::unique_ptr<KubeCluster> cluster;

  Rig() {
    for (const char* plural :
         {"aiautoscalers", "forecasts", "horizontalpodautoscalers", "pods", "nodes", "acceleratorpools"}) {
      server.lists[plural] = "";
    }
  }
  KubeCluster& start(const std::string& ns = "") {
    KubeClusterOptions options;
    options.ns = ns;
    options.watch.watcher.backoff = {Millis(2), Millis(20)};
    options.on_change = [this] { ++changes; };
    cluster = std::make_unique<KubeCluster>(server, clock, options);
    return *cluster;
  }
};

api::Autoscaler about() {
  api::Autoscaler made;
  made.meta.ns = "serving";
  made.meta.name = "llama";
  made.meta.uid = "u-llama";
  made.spec.target = {"apps/v1", "Deployment", "d"};
  return made;
}

}  // namespace

TEST_CASE("synced when all lists are in, views are sorted, what does not decode says why") {
  Rig rig;
  rig.server.lists["aiautoscalers"] =
      autoscaler("b", "z", 1) + "," + autoscaler("b", "bad", 1, "Nonsense", 3) + "," + autoscaler("a", "y", 1);
  KubeCluster& cluster = rig.start();
  REQUIRE(eventually([&] { return cluster.synced(); }));
  const auto views = cluster.autoscalers();
  REQUIRE(views.size() == 3);
  CHECK(views[0].object.meta.key().to_string() == "a/y");
  CHECK_FALSE(views[0].problem);
  CHECK(views[0].object.spec.demand.at(0).query == "sum(x)");
  CHECK(views[1].object.meta.key().to_string() == "b/bad");
  CHECK(views[1].object.meta.uid == "u-bad");
  REQUIRE(views[1].problem);
  CHECK_THAT(views[1].problem->message, Catch::Contains("kind"));
  CHECK(views[1].object.status.current_replicas == 3);  // what we wrote there is not lost
  CHECK(views[2].object.meta.key().to_string() == "b/z");
  CHECK(cluster.problem().empty());
}

TEST_CASE("a missing CRD is a problem in words, and not synced") {
  Rig rig;
  rig.server.lists.erase("forecasts");
  KubeCluster& cluster = rig.start();
  CHECK(eventually([&] {
    return cluster.problem() ==
           "forecasts cannot be listed or watched: no CRD (HTTP 404); its CRD is not there: kubectl apply -k crds";
  }));
  CHECK_FALSE(cluster.synced());
}

TEST_CASE("restricted to a namespace, every list is of that namespace") {
  Rig rig;
  KubeCluster& cluster = rig.start("serving");
  REQUIRE(eventually([&] { return cluster.synced(); }));
  for (const std::string& path : rig.server.paths()) CHECK_THAT(path, Catch::Contains("/namespaces/serving/"));
  CHECK(cluster.pools() == nullptr);
  CHECK(cluster.watch_ages().size() == 4);
}

TEST_CASE("only a new, gone or re-specified AIAutoscaler wakes the loop: our own status writes do not") {
  Rig rig;
  rig.server.lists["aiautoscalers"] = autoscaler("n", "a", 1);
  KubeCluster& cluster = rig.start();
  REQUIRE(eventually([&] { return cluster.synced(); }));
  CHECK(rig.changes == 1);
  rig.server.tell("aiautoscalers", "MODIFIED", autoscaler("n", "a", 1, "Rate", 3));
  REQUIRE(eventually([&] { return cluster.autoscalers()[0].object.status.current_replicas == 3; }));
  CHECK(rig.changes == 1);
  rig.server.tell("aiautoscalers", "MODIFIED", autoscaler("n", "a", 2));
  CHECK(eventually([&] { return rig.changes == 2; }));
  rig.server.tell("aiautoscalers", "ADDED", autoscaler("n", "b", 1));
  CHECK(eventually([&] { return rig.changes == 3; }));
  rig.server.tell("aiautoscalers", "DELETED", autoscaler("n", "a", 2));
  CHECK(eventually([&] { return rig.changes == 4; }));
  CHECK(cluster.autoscalers().size() == 1);
}

TEST_CASE("an AcceleratorPool wakes the loop as an AIAutoscaler does, and nodes and pools decide") {
  const auto pool = [](int generation, const Json& max_nodes) {  // on one line, as a watch sends it
    Json made = *parse_json(R"({"metadata":{"name":"h100","uid":"u-h","resourceVersion":"5",
      "finalizers":["aiautoscaler.io/pool"]},"spec":{"nodes":{"labels":{"pool":"h100"},
      "gpu":{"resource":"nvidia.com/gpu","perNode":8}},"sizing":{"mode":"CapacityBuffer"},"namespaces":["*"]},
      "status":{"nodes":2}})");
    made["metadata"]["generation"] = generation;
    made["spec"]["maxNodes"] = max_nodes;
    return dump_json(made);
  };
  Rig rig;
  rig.server.lists["acceleratorpools"] = pool(1, 4);
  KubeCluster& cluster = rig.start();
  REQUIRE(eventually([&] { return cluster.synced(); }));
  REQUIRE(cluster.pools() != nullptr);
  CHECK(cluster.pools()->pools().at(0).object.spec.max_nodes == 4);
  CHECK(rig.changes == 1);
  rig.server.tell("acceleratorpools", "MODIFIED", pool(1, 4));
  rig.server.tell("acceleratorpools", "MODIFIED", pool(2, "many"));
  REQUIRE(eventually([&] { return cluster.pools()->pools().at(0).problem.has_value(); }));
  CHECK(rig.changes == 2);
  const ports::PoolView view = cluster.pools()->pools().at(0);
  CHECK_THAT(view.problem->message, Catch::Contains("maxNodes"));
  CHECK(view.object.meta.name == "h100");
  CHECK(view.object.held);
  CHECK(view.object.status.nodes == 2);
  int deciding = 0;
  for (const ports::WatchAge& age : cluster.watch_ages())
    deciding += (age.resource == "nodes" || age.resource == "acceleratorpools") && age.decides ? 1 : 0;
  CHECK(deciding == 2);
}

TEST_CASE("without the nodes' list it is not synced, and says so") {
  Rig rig;
  rig.server.lists.erase("nodes");
  KubeCluster& cluster = rig.start();
  CHECK(eventually([&] { return cluster.problem() == "nodes cannot be listed or watched: no CRD (HTTP 404)"; }));
  CHECK_FALSE(cluster.synced());
}

TEST_CASE("other owners: same namespace, group, kind and name, whatever the version, ours are left out") {
  Rig rig;
  rig.server.lists["horizontalpodautoscalers"] =
      hpa("n", "a", "apps/v1", "d") + "," + hpa("n", "b", "apps/v1beta9", "d") + "," + hpa("n", "c", "x.io/v1", "d") +
      "," + hpa("n", "e", "apps/v1", "other") + "," + hpa("m", "f", "apps/v1", "d") + "," +
      hpa("n", "g", "apps/v1", "d", R"([{"apiVersion":"aiautoscaler.io/v1alpha1","kind":"AIAutoscaler"}])");
  KubeCluster& cluster = rig.start();
  REQUIRE(eventually([&] { return cluster.synced(); }));
  const auto owners = cluster.other_owners("n", {"apps/v1", "Deployment", "d"});
  REQUIRE(owners.size() == 2);
  CHECK(owners[0].kind == "HorizontalPodAutoscaler");
  CHECK(owners[0].name == "a");
  CHECK(owners[1].name == "b");
}

namespace {

/// KEDA's API as discovery and its lists show it.
struct Keda {
  std::string items;
  int status = 200, lists = 0;
  std::string next{};  ///< what follows the first page

  std::optional<Result<http::Response>> operator()(const http::Request& request) {
    if (request.target == "/apis/keda.sh/v1alpha1")
      return FakeTransport::json(R"({"resources":[{"name":"scaledobjects","kind":"ScaledObject","namespaced":true}]})");
    if (request.target.find("/scaledobjects?") == std::string::npos) return std::nullopt;
    ++lists;
    if (status != 200) return FakeTransport::json(R"({"kind":"Status","message":"not allowed"})", status);
    const bool first = request.target.find("continue=") == std::string::npos;
    const std::string more = first && !next.empty() ? R"("continue":"more")" : "";
    return FakeTransport::json(R"({"metadata":{)" + more + R"(},"items":[)" + (first ? items : next) + "]}");
  }
};

std::string scaled_object(const std::string& name, const std::string& ref) {
  return R"({"metadata":{"namespace":"n","name":")" + name +
         R"(","annotations":{"autoscaling.keda.sh/paused":"true"}},"spec":{"scaleTargetRef":)" + ref + "}}";
}

std::string owners_of(KubeCluster& cluster) {
  std::string words;
  for (const ports::Owner& owner : cluster.other_owners("n", {"apps/v1", "Deployment", "d"}))
    words += owner.kind + " " + owner.name + " ";
  return words;
}

}  // namespace

TEST_CASE("an HPA that KEDA made is named as its ScaledObject, and one whose HPA is gone is found") {
  Rig rig;
  auto keda = std::make_shared<Keda>();
  rig.server.calls.on([keda](const http::Request& request) { return (*keda)(request); });
  rig.server.lists["horizontalpodautoscalers"] =
      hpa("n", "keda-hpa-so", "apps/v1", "d",
          R"([{"apiVersion":"keda.sh/v1alpha1","kind":"ScaledObject","name":"so","uid":"u","controller":true}])") +
      "," + hpa("n", "by-hand", "apps/v1", "d");
  keda->items = scaled_object("so", R"({"name":"d"})") + "," + scaled_object("other", R"({"name":"e"})") + "," +
                scaled_object("set", R"({"kind":"StatefulSet","name":"d"})");
  keda->next = scaled_object("paused", R"({"apiVersion":"apps/v1","kind":"Deployment","name":"d"})");
  KubeCluster& cluster = rig.start();
  REQUIRE(eventually([&] { return cluster.synced(); }));
  CHECK(owners_of(cluster) == "HorizontalPodAutoscaler by-hand ScaledObject paused ScaledObject so ");
  CHECK(cluster.problem().empty());
  CHECK(keda->lists == 2);  // two pages
  keda->items = keda->next = "";
  static_cast<void>(cluster.targets({}, Millis(1000)));
  CHECK(owners_of(cluster) == "HorizontalPodAutoscaler by-hand ScaledObject paused ScaledObject so ");
  CHECK(keda->lists == 2);  // not within 30 s
  rig.clock.advance(std::chrono::seconds(30));
  static_cast<void>(cluster.targets({}, Millis(1000)));
  CHECK(owners_of(cluster) == "HorizontalPodAutoscaler by-hand ScaledObject so ");
}

TEST_CASE("ScaledObjects that may not be listed are said, and an answer that is none changes nothing") {
  Rig rig;
  auto keda = std::make_shared<Keda>();
  rig.server.calls.on([keda](const http::Request& request) { return (*keda)(request); });
  keda->items = scaled_object("so", R"({"name":"d"})");
  KubeCluster& cluster = rig.start();
  REQUIRE(eventually([&] { return cluster.synced(); }));
  const auto again = [&](int status) {
    keda->status = status;
    rig.clock.advance(std::chrono::seconds(30));
    static_cast<void>(cluster.targets({}, Millis(1000)));
    return owners_of(cluster);
  };
  CHECK(owners_of(cluster) == "ScaledObject so ");
  CHECK(again(503) == "ScaledObject so ");
  CHECK_THAT(cluster.unseen_owners(), Catch::Contains("KEDA's ScaledObjects are not all seen: not allowed (HTTP 503)"));
  CHECK(again(200) == "ScaledObject so ");
  CHECK(cluster.unseen_owners().empty());
  CHECK(again(403).empty());
  CHECK_FALSE(cluster.unseen_owners().empty());
  CHECK(again(404).empty());
  CHECK(cluster.unseen_owners().empty());
}

TEST_CASE("the replicas' writer is who owns the field, unless that is us") {
  const auto entry = [](const char* manager, const char* time, const char* fields) {
    return Json{{"manager", manager}, {"time", time}, {"fieldsV1", *parse_json(fields)}};
  };
  const auto writer = [](Json entries) {
    return replicas_writer_of({{"metadata", {{"managedFields", std::move(entries)}}}});
  };
  const char* const replicas = R"({"f:spec":{"f:replicas":{}}})";
  const char* const status = R"({"f:status":{"f:replicas":{}}})";
  const Json manager = entry("kube-controller-manager", "2026-11-21T09:00:00Z", status);
  CHECK(writer(Json::array()).empty());
  CHECK(writer({manager, entry("kubectl", "2026-11-21T08:00:00Z", R"({"f:spec":{"f:template":{}}})")}).empty());
  CHECK(writer({entry("kubectl", "2026-11-21T08:00:00Z", replicas), manager}) == "kubectl");
  CHECK(writer({entry("helm", "2026-11-21T09:00:00Z", replicas), entry("old", "2026-11-21T08:00:00Z", replicas)}) ==
        "helm");
  CHECK(writer({entry("old", "2026-11-21T08:00:00Z", replicas), entry("helm", "2026-11-21T09:00:00Z", replicas)}) ==
        "helm");
  CHECK(
      writer({entry("helm", "2026-11-21T09:00:00Z", replicas), entry("aiautoscaler", "2026-11-21T08:00:00Z", replicas)})
          .empty());
}

TEST_CASE("forecasts of an AIAutoscaler: by prefix and owner") {
  Rig rig;
  rig.server.lists["forecasts"] =
      forecast("serving", "llama.requests", "u-llama") + "," + forecast("serving", "llama.tokens", "u-llama") + "," +
      forecast("serving", "llama.foreign", "u-x") + "," + forecast("serving", "llama-2.requests", "u-llama") + "," +
      forecast("other", "llama.requests", "u-llama");
  KubeCluster& cluster = rig.start();
  REQUIRE(eventually([&] { return cluster.synced(); }));
  CHECK(cluster.forecasts_of(about()) == std::vector<std::string>{"llama.requests", "llama.tokens"});
}

TEST_CASE("write_scale: a merge patch with the resourceVersion, to the letter") {
  Rig rig;
  KubeCluster& cluster = rig.start();
  rig.server.calls.answer(FakeTransport::json(R"({"resources":[{"name":"deployments","kind":"Deployment",
    "namespaced":true},{"name":"deployments/scale","kind":"Scale"}]})"));
  rig.server.calls.answer(FakeTransport::json(R"({"kind":"Scale","metadata":{"resourceVersion":"78"}})"));
  CHECK(*cluster.write_scale(about(), 7, "77") == "78");
  const auto sent = rig.server.calls.sent();
  REQUIRE(sent.size() == 2);
  CHECK(sent[1].request.method == "PATCH");
  CHECK(sent[1].request.target == "/apis/apps/v1/namespaces/serving/deployments/d/scale?fieldManager=aiautoscaler");
  CHECK(sent[1].request.headers.back().second == "application/merge-patch+json");
  CHECK(sent[1].request.body == R"({"metadata":{"resourceVersion":"77"},"spec":{"replicas":7}})");

  rig.server.calls.answer(
      FakeTransport::json(R"({"kind":"Status","code":409,"reason":"Conflict","message":"newer"})", 409));
  const auto conflict = cluster.write_scale(about(), 7, "77");
  CHECK(conflict.error().kind == ErrorKind::Conflict);
  CHECK(conflict.error().message == "scale of apps/v1 Deployment d: newer (HTTP 409)");
}

TEST_CASE("write_status: apply on /status, without spec, to the letter") {
  Rig rig;
  KubeCluster& cluster = rig.start();
  rig.server.calls.answer(FakeTransport::json("{}"));
  api::Autoscaler object = about();
  object.status.current_replicas = 3;
  CHECK(cluster.write_status(object).ok());
  const http::Request request = rig.server.calls.sent().at(0).request;
  CHECK(request.method == "PATCH");
  CHECK(request.target ==
        "/apis/aiautoscaler.io/v1alpha1/namespaces/serving/aiautoscalers/llama/"
        "status?fieldManager=aiautoscaler&force=true");
  CHECK(request.headers.back().second == "application/apply-patch+yaml");
  const Json body = *parse_json(request.body);
  CHECK(body["apiVersion"] == "aiautoscaler.io/v1alpha1");
  CHECK(body["kind"] == "AIAutoscaler");
  CHECK(body["metadata"] == Json{{"name", "llama"}, {"namespace", "serving"}});
  CHECK(body["status"]["currentReplicas"] == 3);
  CHECK_FALSE(body.contains("spec"));

  rig.server.calls.answer(Error{ErrorKind::Timeout, "slow", {}});
  CHECK(cluster.write_status(object).error().message == "status of AIAutoscaler serving/llama: slow");
}

TEST_CASE("events, forecasts and deletions go through") {
  Rig rig;
  KubeCluster& cluster = rig.start();
  for (int i = 0; i < 4; ++i) rig.server.calls.answer(FakeTransport::json("{}"));
  CHECK(cluster.write_event(about(), {false, api::Code::ScaledOut, api::EventAction::ScaleOut, "n"}).ok());
  CHECK_FALSE(
      parse_json(rig.server.calls.sent().at(0).request.body)->at("reportingInstance").get<std::string>().empty());
  api::Forecast made;
  made.meta.ns = "serving";
  made.meta.name = "llama.requests";
  CHECK(cluster.write_forecast(made).ok());
  CHECK(cluster.delete_forecast(made.meta.key()).ok());
  CHECK(rig.server.calls.sent().size() == 4);
}
