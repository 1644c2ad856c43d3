// An API server that answers nonsense, over real connections: each target's trouble stays its own and costs no time,
// and no object or event, however broken, stops a watch or hides another object.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <mutex>

#include "controller/http/make_transport.h"
#include "controller/kube/kube_cluster.h"
#include "tests/controller/http/test_server.h"
#include "tests/controller/kube/eventually.h"
#include "tests/controller/kube/manual_clock.h"
#include "tests/sanitized.h"
#include "tests/wall_time.h"

using namespace aia;
using namespace aia::kube;
using http::Peer;
using http::Seen;
using tests::eventually;
using tests::ManualClock;

namespace {

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& text) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}

std::string list(const std::string& items, int version = 10) {
  return R"({"kind":"List","metadata":{"resourceVersion":")" + std::to_string(version) + R"("},"items":[)" + items +
         "]}";
}

std::string pod(const std::string& name, const std::string& more = "") {
  return R"({"metadata":{"namespace":"n","name":")" + name +
         R"(","resourceVersion":"11","labels":{"app":"a"},"creationTimestamp":"2026-11-21T10:00:00Z")" + more + "}}";
}

std::string event(const std::string& object, const char* type = "ADDED") {
  return std::string(R"({"type":")") + type + R"(","object":)" + object + "}\n";
}

std::string autoscaler(const std::string& name, const std::string& status) {
  return R"({"metadata":{"namespace":"n","name":")" + name +
         R"(","uid":"u","resourceVersion":"5","generation":1},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1",
         "kind":"Deployment","name":"d"},"maxReplicas":4,"demand":[{"name":"requests","metric":{"query":"x",
         "kind":"Rate"},"capacity":{"perReplica":"12"}}]},"status":)" +
         status + "}";
}

/// A fifth under a sanitizer, where a byte of JSON costs a microsecond.
std::size_t bytes(std::size_t count) {
  return static_cast<std::size_t>(testing::tries(static_cast<int>(count)));
}

/// Lists by plural, each the next time it is asked for, the last one for ever; what watches send is told.
class ApiServer {
 public:
  ApiServer() : server([this](const Seen& seen, Peer& peer) { return answer(seen, peer); }) {
    const std::scoped_lock lock(mutex);
    for (const char* plural :
         {"aiautoscalers", "forecasts", "horizontalpodautoscalers", "pods", "nodes", "acceleratorpools"})
      lists[plural] = {list("")};
    http::TransportOptions options;
    options.base_url = server.url();
    options.retry.attempts = 4;
    options.retry.wait = {Millis(20), Millis(100)};
    options.max_body_bytes = 1'000'000;
    transport = std::move(http::make_cpprest_transport(options)).value();
  }

  KubeCluster& start() {
    KubeClusterOptions options;
    options.watch.watcher.backoff = {Millis(2), Millis(20)};
    options.watch.max_line_bytes = bytes(options.watch.max_line_bytes);
    cluster = std::make_unique<KubeCluster>(*transport, clock, options);
    return *cluster;
  }

  void will_list(const std::string& plural, std::vector<std::string> pages) {
    const std::scoped_lock lock(mutex);
    lists[plural] = std::move(pages);
  }

  /// To each open watch of the resource, now and once.
  void tell(const std::string& plural, const std::string& line) {
    const std::scoped_lock lock(mutex);
    told[plural] += line;
  }

  std::mutex mutex;
  std::map<std::string, std::vector<std::string>> lists;
  std::map<std::string, std::string> told;
  std::map<std::string, std::function<bool(Peer&)>> paths;  ///< how other paths are answered
  std::atomic<int> watches{0};
  ManualClock clock;
  http::TestServer server;
  std::unique_ptr<http::Transport> transport;
  std::unique_ptr<KubeCluster> cluster;

 private:
  bool answer(const Seen& seen, Peer& peer) {
    const std::string path = seen.target.substr(0, seen.target.find('?'));
    const std::string plural = path.substr(path.rfind('/') + 1);
    std::unique_lock lock(mutex);
    if (const auto known = paths.find(path); known != paths.end()) {
      const auto how = known->second;
      lock.unlock();
      return how(peer);
    }
    const bool is_list = lists.count(plural) > 0;
    lock.unlock();
    if (!is_list) return peer.respond(404, R"({"kind":"Status","code":404,"message":"no path"})");
    if (seen.target.find("watch=1") == std::string::npos) {
      lock.lock();
      std::vector<std::string>& own = lists[plural];
      const std::string body = own.front();
      if (own.size() > 1) own.erase(own.begin());
      lock.unlock();
      return peer.respond(200, body);
    }
    peer.write(kChunked);
    if (plural == "pods") ++watches;
    while (!peer.is_gone() && peer.wait(std::chrono::milliseconds(2))) {
      lock.lock();
      const std::string lines = std::exchange(told[plural], "");
      lock.unlock();
      if (!lines.empty() && !peer.write(chunk(lines))) break;
    }
    return false;
  }
};

api::Autoscaler about(const std::string& name) {
  api::Autoscaler made;
  made.meta.ns = "n";
  made.meta.name = name;
  made.spec.target = {"x.io/v1", "Set", name};
  return made;
}

std::string pods_of(KubeCluster& cluster) {
  const auto targets = cluster.targets({about("all")}, testing::kPatience);
  if (!targets[0]) return targets[0].error().message;
  std::string names;
  for (const ports::Pod& one : targets[0]->pods) names += one.name + " ";
  return names;
}

const std::string kKinds = R"({"resources":[{"name":"sets","kind":"Set","namespaced":true},
  {"name":"sets/scale","kind":"Scale"}]})";

std::string scale(const std::string& replicas, const std::string& kind = "Scale") {
  return R"({"kind":")" + kind + R"(","metadata":{"resourceVersion":"7"},"spec":{)" + replicas +
         R"(},"status":{"selector":"app=a"}})";
}

void serves_target(ApiServer& api, const std::string& name, std::function<bool(Peer&)> how) {
  const std::scoped_lock lock(api.mutex);
  api.paths["/apis/x.io/v1"] = [](Peer& peer) { return peer.respond(200, kKinds); };
  api.paths["/apis/x.io/v1/namespaces/n/sets/" + name + "/scale"] = std::move(how);
}

}  // namespace

TEST_CASE("targets: whatever one answers, or does not, the others are read, and the batch ends at its deadline") {
  ApiServer api;
  const auto with = [](std::string body) { return [body](Peer& peer) { return peer.respond(200, body); }; };
  std::map<std::string, std::function<bool(Peer&)>> bad = {
      {"html", with("<html>a proxy's page</html>")},
      {"truncated", with(scale("\"replicas\":3").substr(0, 40))},
      {"nan", with(scale("\"replicas\":NaN"))},
      {"huge-number", with(scale("\"replicas\":1e400"))},
      {"fraction", with(scale("\"replicas\":2.5"))},
      {"text", with(scale("\"replicas\":\"3\""))},
      {"negative", with(scale("\"replicas\":-1"))},
      {"too-many", with(scale("\"replicas\":99999999999"))},
      {"other-kind", with(scale("\"replicas\":3", "Deployment"))},
      {"empty-object", with("{}")},
      {"empty", with("")},
      {"array", with("[1,2]")},
      {"nested", with(std::string(100'000, '['))},
      {"huge", with(scale("\"replicas\":3,\"x\":\"" + std::string(2'000'000, 'x') + "\""))},
      {"cut",
       [](Peer& peer) { return peer.write("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"kind\"") && false; }},
      {"no-http", [](Peer& peer) { return peer.write("SSH-2.0\r\n\r\n\r\n") && false; }},
      {"server-error", [](Peer& peer) { return peer.respond(500, "etcd"); }},
      {"hangs", [](Peer& peer) { return peer.wait(std::chrono::hours(1)); }},
  };
  for (const auto& [name, how] : bad) serves_target(api, name, how);
  std::atomic<int> throttled{0};
  serves_target(api, "all", with(scale("\"replicas\":3")));
  serves_target(api, "zero", with(scale("")));
  serves_target(api, "throttled", [&](Peer& peer) {
    if (++throttled < 3) return peer.respond(429, "slow down");
    return peer.respond(200, scale("\"replicas\":5"));
  });
  KubeCluster& cluster = api.start();
  std::vector<api::Autoscaler> asked{about("all"), about("zero"), about("throttled")};
  for (const auto& [name, how] : bad) asked.push_back(about(name));
  std::vector<Result<ports::Target>> targets;
  CHECK(testing::took([&] { targets = cluster.targets(asked, testing::scaled(Millis(3000))); }) <
        std::chrono::minutes(1));  // one hangs for an hour
  REQUIRE(targets.size() == asked.size());
  for (std::size_t i = 0; i < 3; ++i) {
    INFO(asked[i].meta.name);
    REQUIRE(targets[i].ok());
  }
  CHECK(targets[0]->spec_replicas == 3);
  CHECK(targets[1]->spec_replicas == 0);
  CHECK(targets[2]->spec_replicas == 5);
  for (std::size_t i = 3; i < asked.size(); ++i) {
    INFO(asked[i].meta.name);
    REQUIRE_FALSE(targets[i].ok());
    const std::string& name = asked[i].meta.name;
    const bool hangs = name == "hangs", huge = name == "huge";
    CHECK(targets[i].error().kind == (hangs  ? ErrorKind::Timeout
                                      : huge ? ErrorKind::TooLarge
                                             : ErrorKind::Unavailable));
  }
}

TEST_CASE("lists that are none are not believed: what was known stays, the trouble is said, and it recovers") {
  ApiServer api;
  serves_target(api, "all", [](Peer& peer) { return peer.respond(200, scale("\"replicas\":3")); });
  api.will_list("pods", {list(pod("a") + "," + pod("b"))});
  KubeCluster& cluster = api.start();
  REQUIRE(eventually([&] { return cluster.synced(); }));
  CHECK(pods_of(cluster) == "a b ");
  std::vector<std::string> bad = {"<html>busy</html>",
                                  list(pod("z")).substr(0, 80),
                                  R"({"kind":"Status","metadata":{"resourceVersion":"9"}})",
                                  R"({"metadata":{"resourceVersion":"9"},"items":"none"})",
                                  R"({"metadata":{"resourceVersion":"9"},"items":{"a":1}})",
                                  R"({"metadata":{},"items":[]})",
                                  R"({"metadata":{"resourceVersion":"9"},"items":[NaN]})",
                                  "[]",
                                  "null",
                                  "",
                                  std::string(200'000, '['),
                                  std::string(2'000'000, 'x')};
  for (const std::string& body : bad) {
    INFO(body.substr(0, 100));
    {
      const std::scoped_lock lock(api.mutex);
      api.lists["pods"] = {body};
      api.told["pods"] = event(R"({"kind":"Status","code":410,"reason":"Expired"})", "ERROR");
    }
    REQUIRE(eventually([&] { return cluster.problem().find("is not a list") != std::string::npos; }));
    CHECK(pods_of(cluster) == "a b ");
    const int before = api.watches;
    {
      const std::scoped_lock lock(api.mutex);
      api.lists["pods"] = {list(pod("a") + "," + pod("b"))};
    }
    REQUIRE(eventually([&] { return cluster.problem().empty() && api.watches > before; }));
  }
}

TEST_CASE("poison in a list hides no other object") {
  ApiServer api;
  serves_target(api, "all", [](Peer& peer) { return peer.respond(200, scale("\"replicas\":3")); });
  const std::string poison = R"(null,5,"x",[],{},{"metadata":null},{"metadata":{"name":7}},{"metadata":[]},
    {"metadata":{"namespace":"n","name":"odd","labels":{"app":"a","b":5},"creationTimestamp":5},"status":"?"},
    {"metadata":{"namespace":"n","name":"odder","labels":{"app":"a"},"creationTimestamp":"yesterday"},
     "status":{"phase":1,"conditions":[null,{"type":"Ready","status":"True","lastTransitionTime":"x"}],
     "containerStatuses":[{"restartCount":1e300},null,4],"conditions":[{"type":5}]}},
    {"metadata":{"namespace":"n","name":"twice","name":"twice-renamed","labels":{"app":"a"}}},)";
  api.will_list("pods", {list(pod("a") + "," + poison + pod("b"))});
  api.will_list(
      "horizontalpodautoscalers",
      {list(
          R"(null,{"metadata":{"namespace":"n","name":"h1"},"spec":7},{"metadata":{"namespace":"n","name":"h2",
      "ownerReferences":{"a":1}},"spec":{"scaleTargetRef":{"kind":5}}},{"metadata":{"namespace":"n","name":"h3"},
      "spec":{"scaleTargetRef":{"apiVersion":"x.io/v1","kind":"Set","name":"all"}}})")});
  api.will_list("forecasts", {list(R"(7,{"metadata":{"namespace":"n","name":"f","generation":"x","uid":{}}})")});
  api.will_list(
      "aiautoscalers",
      {list(autoscaler("good", "{}") + "," +
            autoscaler("bad-status", R"({"leadTime":{"source":"Guessed","p90":7,"samples":["400s",5,"x",null,"430s"]},
        "conditions":"?","readyReplicas":{},"currentReplicas":3,"reasons":[5]})") +
            "," + autoscaler("no-status", "\"?\"") +
            R"(,null,{"metadata":{"namespace":"n","name":"bad-spec"},"spec":"?"},{"spec":{}})")});
  KubeCluster& cluster = api.start();
  REQUIRE(eventually([&] { return cluster.synced(); }));
  CHECK(pods_of(cluster) == "a b odd odder twice-renamed ");
  CHECK(cluster.other_owners("n", {"x.io/v1", "Set", "all"}).size() == 1);
  const auto views = cluster.autoscalers();
  REQUIRE(views.size() == 4);
  CHECK(views[0].object.meta.name == "bad-spec");
  CHECK(views[0].problem);
  CHECK(views[1].object.meta.name == "bad-status");
  CHECK_FALSE(views[1].problem);
  CHECK(views[1].object.spec.max_replicas == 4);
  CHECK(views[1].object.status.current_replicas == 3);
  CHECK(views[1].object.status.lead_time.samples ==
        std::vector<Millis>{std::chrono::seconds(400), std::chrono::seconds(430)});
  CHECK(views[2].object.meta.name == "good");
  CHECK_FALSE(views[2].problem);
  CHECK_FALSE(views[3].problem);
  CHECK(cluster.problem().empty());
}

TEST_CASE("a pod without its creation time measures no start") {
  const LabelledPod made = pod_from_json(*parse_json(
      R"({"metadata":{"name":"p"},"status":{"conditions":[{"type":"Ready","status":"True",
      "lastTransitionTime":"2026-11-21T10:00:00Z"}]}})"));
  CHECK(made.pod.ready_since);
  CHECK(made.pod.restarted);
}

TEST_CASE("poison in a watch: others keep coming") {
  ApiServer api;
  serves_target(api, "all", [](Peer& peer) { return peer.respond(200, scale("\"replicas\":3")); });
  api.will_list("pods", {list(pod("a"))});
  KubeCluster& cluster = api.start();
  REQUIRE(eventually([&] { return cluster.synced() && api.watches == 1; }));
  std::vector<std::string> poison = {
      "<html>\n",
      "{\"type\":\"ADDED\",\n",
      event("NaN"),
      event("null"),
      event("{}"),
      event("[]"),
      event(pod("x"), "CONJURED"),
      event(R"({"metadata":{"resourceVersion":"12"}})"),
      event(R"({"metadata":{"name":5,"resourceVersion":"12"}})"),
      event(R"({"kind":"Status","code":410,"reason":"Expired"})", "ERROR"),
      event(R"({"kind":"Status","code":500,"message":"etcd"})", "ERROR"),
      event("5", "ERROR"),
      std::string(300'000, '[') + "\n",
  };
  int number = 0;
  std::string listed = pod("a");
  for (const std::string& lines : poison) {
    INFO(lines.substr(0, 100));
    const std::string name = "p" + std::to_string(100 + ++number);
    {
      const std::scoped_lock lock(api.mutex);
      api.lists["pods"] = {list(listed)};
      api.told["pods"] = lines;
    }
    REQUIRE(eventually([&] {
      const std::scoped_lock lock(api.mutex);
      return api.told["pods"].empty();
    }));
    api.tell("pods", event(pod(name)));
    // A watch that gives up may take the event with it, as a connection that breaks does; a server sends it again.
    REQUIRE(eventually([&] {
      if (pods_of(cluster).find(name) != std::string::npos) return true;
      api.tell("pods", event(pod(name)));
      return false;
    }));
    listed += "," + pod(name);
  }
}

TEST_CASE("an event of 10 MB is taken in, one beyond the limit is passed by a list") {
  ApiServer api;
  serves_target(api, "all", [](Peer& peer) { return peer.respond(200, scale("\"replicas\":3")); });
  const auto heavy = [](const std::string& name, std::size_t count) {
    return pod(name, R"(,"annotations":{"x":")" + std::string(bytes(count), 'x') + "\"}");
  };
  KubeCluster& cluster = api.start();
  REQUIRE(eventually([&] { return cluster.synced() && api.watches == 1; }));
  api.tell("pods", event(heavy("ten", 10'000'000)));
  REQUIRE(eventually([&] { return pods_of(cluster) == "ten "; }));
  {
    const std::scoped_lock lock(api.mutex);
    api.lists["pods"] = {list(pod("ten") + "," + heavy("twenty", 14'000'000))};
  }
  api.tell("pods", event(heavy("twenty", 20'000'000)));
  REQUIRE(eventually([&] { return pods_of(cluster) == "ten twenty "; }));
  api.tell("pods", event(pod("z")));
  CHECK(eventually([&] { return pods_of(cluster) == "ten twenty z "; }));
}
