// Pods as they are kept.
#include "controller/kube/workload/pod.h"

#include <catch2/catch.hpp>

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

namespace {

std::string at(const char* clock) {
  return std::string("2026-11-21T") + clock + "Z";
}

Json condition(const char* type, const char* status, const char* since) {
  Json made = {{"type", type}, {"status", status}};
  if (*since != '\0') made["lastTransitionTime"] = at(since);
  return made;
}

Json state(const char* started, const char* ended = "") {
  if (*ended == '\0') return {{"running", {{"startedAt", at(started)}}}};
  return {{"terminated", {{"exitCode", 137}, {"startedAt", at(started)}, {"finishedAt", at(ended)}}}};
}

const Json kWaiting = {{"waiting", {{"reason", "CrashLoopBackOff"}}}};
const Json kPulling = {{"waiting", {{"reason", "ContainerCreating"}}}};

/// A container as the kubelet of Kubernetes 1.36 writes it.
Json container(Json now, int restarts = 0, Json last = Json::object()) {
  return {{"name", "server"},         {"ready", false},          {"started", now.contains("running")},
          {"restartCount", restarts}, {"state", std::move(now)}, {"lastState", std::move(last)}};
}

struct Shown {
  const char* what;
  const char* ready;        ///< status of condition Ready
  const char* ready_since;  ///< "": it has no lastTransitionTime
  Json containers;          ///< statuses
  bool lost = false;
  const char* acknowledged = "08:00:02";  ///< status.startTime; "": not shown
  Json containers_ready = nullptr;        ///< the condition; null: as Ready
  const char* phase = "Running";
};

/// Created at 08:00:00 and bound a second later.
Json pod_of(const Shown& shown) {
  Json conditions =
      Json::array({condition("PodScheduled", "True", "08:00:01"), condition("Ready", shown.ready, shown.ready_since)});
  conditions.push_back(shown.containers_ready.is_null() ? condition("ContainersReady", shown.ready, shown.ready_since)
                                                        : shown.containers_ready);
  Json made = {
      {"metadata", {{"name", "p"}, {"creationTimestamp", at("08:00:00")}}},
      {"status", {{"phase", shown.phase}, {"conditions", conditions}, {"containerStatuses", shown.containers}}}};
  if (*shown.acknowledged != '\0') made["status"]["startTime"] = at(shown.acknowledged);
  return made;
}

}  // namespace

TEST_CASE("a pod that was Ready after its containers started is lost, one that never was is a start") {
  const Json c = Json::array();
  const auto one = [](Json status) { return Json::array({std::move(status)}); };
  const Json never = condition("ContainersReady", "False", "08:00:02"),
             still = condition("ContainersReady", "True", "08:03:00");
  const Shown rows[] = {
      {"loads its weights", "False", "08:00:02", one(container(state("08:00:40")))},
      {"pulls its image for long", "False", "08:00:02", one(container(kPulling))},
      {"kwok: all in one second", "False", "08:00:02", one(container(state("08:00:02")))},
      {"the kubelet was late", "False", "08:05:00", one(container(state("08:06:00"))), false, "08:05:00"},
      {"probe fails under load", "False", "09:10:00", one(container(state("08:00:40"))), true},
      {"lost Ready within seconds", "False", "08:00:45", one(container(state("08:00:40"))), true},
      {"one of two containers failed", "False", "09:10:00",
       Json::array({container(state("08:00:40")), container(kWaiting, 3, state("09:12:00", "09:13:00"))}), true},
      {"crash loop from the start", "False", "08:00:02", one(container(kWaiting, 7, state("08:20:00", "08:21:00")))},
      {"crash loop from the start, running", "False", "08:00:02",
       one(container(state("08:22:00"), 7, state("08:20:00", "08:21:00")))},
      {"crash loop of what was Ready", "False", "09:10:00", one(container(kWaiting, 1, state("08:00:40", "09:10:00"))),
       true},
      {"… its first start long forgotten", "False", "09:10:00",
       one(container(state("09:30:00"), 6, state("09:25:00", "09:26:00"))), true},
      {"… after the node came back", "False", "09:10:00",
       one(container(
           state("09:11:00"), 1,
           {{"terminated", {{"exitCode", 137}, {"reason", "ContainerStatusUnknown"}, {"startedAt", nullptr}}}})),
       true},
      {"the node is away", "Unknown", "09:10:00", one(container(state("08:00:40"))), true, "08:00:02", still},
      {"the node is away, phase Unknown", "False", "09:10:00", one(container(state("08:00:40"))), true, "08:00:02",
       still, "Unknown"},
      {"the node is away, and it never was Ready", "Unknown", "09:10:00", one(container(state("08:00:40"))), false,
       "08:00:02", never},
      {"a readiness gate was never met", "False", "08:00:02", one(container(state("08:00:40"))), false, "08:00:02",
       still},
      {"a readiness gate is not met any more", "False", "09:10:00", one(container(state("08:00:40"))), true, "08:00:02",
       still},
      {"no start shown, long after its binding", "False", "08:00:32", c, true, ""},
      {"no start shown, soon after its binding", "False", "08:00:31", c, false, ""},
      {"no start shown, but the kubelet's word", "False", "08:00:08", c, true},
      {"a late first word without startTime", "False", "08:02:00", one(container(state("08:05:00"))), false, ""},
      {"crash loop of what was Ready, without startTime", "False", "09:10:00",
       one(container(state("09:30:00"), 6, state("09:25:00", "09:26:00"))), true, ""},
      {"no transition time", "False", "", one(container(state("08:00:40")))},
      {"no transition time, away", "Unknown", "", one(container(state("08:00:40"))), false, "08:00:02", still},
      {"Ready", "True", "09:10:00", one(container(state("08:00:40")))},
      {"finished", "False", "09:10:00", one(container(state("08:00:40", "09:10:00"))), false, "08:00:02", nullptr,
       "Failed"},
  };
  for (const Shown& row : rows) {
    CAPTURE(row.what);
    const ports::Pod pod = pod_from_json(pod_of(row)).pod;
    CHECK(pod.lost_since.has_value() == row.lost);
    if (pod.lost_since) CHECK(format_rfc3339(*pod.lost_since) == at(row.ready_since));
    CHECK(pod.ready_since.has_value() == (std::string(row.ready) == "True"));
  }
}

TEST_CASE("nothing is known of when a pod without any time changed") {
  const auto pod = pod_from_json(*parse_json(R"({"status":{"conditions":[
    {"type":"Ready","status":"False","lastTransitionTime":"2026-11-21T08:00:42Z"}]}})"));
  CHECK_FALSE(pod.pod.lost_since);
}

TEST_CASE("a pod that says Ready without since when is Ready, and measures no lead") {
  const auto ready = [](Json containers) { return pod_from_json(pod_of({"", "True", "", std::move(containers)})).pod; };
  const ports::Pod running = ready(Json::array({container(state("08:00:40")), container(state("08:00:50"))}));
  REQUIRE(running.ready_since);
  CHECK(format_rfc3339(*running.ready_since) == at("08:00:50"));
  CHECK(running.restarted);
  CHECK_FALSE(running.lost_since);
  const ports::Pod bare = ready(Json::array());
  REQUIRE(bare.ready_since);
  CHECK(format_rfc3339(*bare.ready_since) == at("08:00:01"));
  CHECK(bare.restarted);
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

TEST_CASE("what anybody may write without a bound is kept with one") {
  Json labels = Json::object(), requests = Json::object();
  for (int i = 0; i < 1'000; ++i) {
    labels["l" + std::to_string(i)] = std::string(40, 'x');
    requests["x.io/r" + std::to_string(i)] = "1";
  }
  Json object = {{"metadata",
                  {{"name", "p"},
                   {"labels", labels},
                   {"ownerReferences", Json::array({{{"controller", true}, {"uid", std::string(1 << 20, 'u')}}})}}},
                 {"spec", {{"containers", Json::array({{{"name", "c"}, {"resources", {{"requests", requests}}}}})}}}};
  const LabelledPod pod = pod_from_json(object);
  CHECK(pod.labels.empty());
  CHECK(pod.requests.empty());  // nothing is held yet
  CHECK(pod.controller.uid.size() == 254);
  object["spec"]["nodeName"] = "n";  // then it is on a node that has them all
  CHECK(pod_from_json(object).requests.size() == 1'000);
  object["metadata"]["labels"] = {{"app", "a"}};
  CHECK(pod_from_json(object).labels.size() == 1);
}
