// Pods as they are kept, and joined to the selectors of their targets.
#include "controller/kube/pod.h"

#include <catch2/catch.hpp>

#include "controller/http/backoff.h"
#include "controller/kube/pod_join.h"

using namespace aia;
using namespace aia::kube;

TEST_CASE("a pod is reduced to what lead time and capacity need") {
  const Json ready = *parse_json(R"({
    "metadata": {"name": "p", "namespace": "ns", "uid": "u1", "creationTimestamp": "2026-11-21T08:00:00Z",
                 "labels": {"b": "2", "a": "1"}},
    "status": {"phase": "Running",
               "conditions": [{"type": "Initialized", "status": "True", "lastTransitionTime": "2026-11-21T08:00:01Z"},
                              {"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-21T08:00:42Z"}],
               "containerStatuses": [{"name": "c", "restartCount": 0}]}})");
  const LabelledPod pod = pod_from_json(ready);
  CHECK(pod.pod.name == "p");
  CHECK(pod.pod.uid == "u1");
  REQUIRE(pod.pod.ready_since);
  CHECK(*pod.pod.ready_since - pod.pod.created == std::chrono::seconds(42));
  CHECK_FALSE(pod.pod.restarted);
  CHECK_FALSE(pod.pod.deleting);
  CHECK_FALSE(pod.pod.finished);
  CHECK(pod.labels == Labels{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("states of a pod") {
  struct Row {
    const char* what;
    const char* json;
    bool ready, restarted, deleting, finished;
  };
  const Row rows[] = {
      {"pending", R"({"status":{"phase":"Pending"}})", false, false, false, false},
      {"empty", R"({})", false, false, false, false},
      {"not ready",
       R"({"status":{"conditions":[{"type":"Ready","status":"False","lastTransitionTime":"2026-11-21T08:00:42Z"}]}})",
       false, false, false, false},
      {"restarted", R"({"status":{"containerStatuses":[{"restartCount":0},{"restartCount":2}]}})", false, true, false,
       false},
      {"init retried", R"({"status":{"initContainerStatuses":[{"restartCount":2,"state":{"terminated":{}}}]}})", false,
       false, false, false},
      {"sidecar restarted", R"({"status":{"initContainerStatuses":[{"restartCount":2,"state":{"running":{}}}]}})",
       false, true, false, false},
      {"deleting", R"({"metadata":{"deletionTimestamp":"2026-11-21T08:00:42Z"}})", false, false, true, false},
      {"succeeded", R"({"status":{"phase":"Succeeded"}})", false, false, false, true},
      {"failed", R"({"status":{"phase":"Failed"}})", false, false, false, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const ports::Pod pod = pod_from_json(*parse_json(row.json)).pod;
    CHECK(pod.ready_since.has_value() == row.ready);
    CHECK(pod.restarted == row.restarted);
    CHECK(pod.deleting == row.deleting);
    CHECK(pod.finished == row.finished);
  }
}

TEST_CASE("what a pod holds of its node") {
  const std::string object =
      R"({"metadata":{"name":"p","ownerReferences":[{"kind":"ReplicaSet"}],"labels":{"env":"prod"}},
    "spec":{"nodeName":"n1","volumes":[{"name":"v"}],"containers":[{"name":"c","env":[{"name":"E"}],
      "resources":{"limits":{"nvidia.com/gpu":"8"},"requests":{"cpu":"1500m"}}}]},
    "status":{"phase":"Running","conditions":[
      {"type":"PodScheduled","status":"True","lastTransitionTime":"2026-11-21T08:00:01Z"}]}})";
  const std::optional<Json> trimmed = parse_json(object, pod_trim(), Envelope::None);
  REQUIRE(trimmed);
  CHECK_FALSE(trimmed->at("spec").contains("volumes"));
  CHECK_FALSE(trimmed->at("spec").at("containers").at(0).contains("env"));
  const LabelledPod pod = pod_from_json(*trimmed);
  CHECK(pod.pod.node == "n1");
  REQUIRE(pod.pod.bound_since);
  CHECK(format_rfc3339(*pod.pod.bound_since) == "2026-11-21T08:00:01Z");
  CHECK(pod.requests == decltype(pod.requests){{"cpu", 1500}, {"nvidia.com/gpu", 8}});
  CHECK_FALSE(pod.of_node);
  CHECK(pod.labels == Labels{{"env", "prod"}});

  for (const char* kind : {"DaemonSet", "Node"}) {
    Json daemon = *trimmed;
    daemon["metadata"]["ownerReferences"][0]["kind"] = kind;
    CHECK(pod_from_json(daemon).of_node);
  }
  Json finished = *trimmed;
  finished["status"]["phase"] = "Failed";
  CHECK(pod_from_json(finished).requests.empty());
  Json unreadable = *trimmed;
  unreadable["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "much";
  CHECK(pod_from_json(unreadable).requests.empty());
  CHECK(pod_from_json(unreadable).pod.node == "n1");
}

TEST_CASE("the join finds what matching each selector with each pod finds") {
  http::Draw draw(7);
  const std::vector<std::string> texts = {"app=a",    "app=b,tier=x",         "tier in (x,y)",  "!app",
                                          "tier=x",   "app in (a),tier",      "app!=a",         "part=all,app=a",
                                          "part=all", "app=a,tier notin (x)", "tier=x,part=all"};
  std::vector<Selector> selectors;
  PodJoin join;
  for (const std::string& text : texts) {
    selectors.push_back(*parse_selector(text));
    join.add(selectors.back(), selectors.size() - 1);
  }
  const std::vector<std::string> apps = {"", "a", "b", "c"}, tiers = {"", "x", "y", "z"};
  for (int i = 0; i < 200; ++i) {
    Labels labels;
    if (const auto& app = apps[static_cast<std::size_t>(draw.between(0, 3))]; !app.empty()) {
      labels.emplace_back("app", app);
    }
    if (draw.between(0, 1) == 1) labels.emplace_back("part", "all");
    if (const auto& tier = tiers[static_cast<std::size_t>(draw.between(0, 3))]; !tier.empty()) {
      labels.emplace_back("tier", tier);
    }
    std::vector<int> joined(selectors.size()), expected(selectors.size());
    join.matches(labels, [&](std::size_t target) { ++joined[target]; });
    for (std::size_t s = 0; s < selectors.size(); ++s) expected[s] = selectors[s].matches(labels) ? 1 : 0;
    REQUIRE(joined == expected);
  }
}
