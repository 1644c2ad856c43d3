// Buffers on the wire: templates shaped like the real pods, one buffer per kind of pod, lowered in one request.
#include "controller/kube/nodepool/buffer_client.h"

#include <catch2/catch.hpp>

#include "tests/controller/kube/pool_rig.h"

using namespace aia;
using namespace aia::kube;
using namespace aia::kube::tests;

namespace {

const std::string kBuffers = "/apis/autoscaling.x-k8s.io/v1beta1/namespaces/serving/capacitybuffers";
const std::string kAll = "/apis/autoscaling.x-k8s.io/v1beta1/capacitybuffers";
const std::string kTemplates = "/api/v1/namespaces/serving/podtemplates";
const std::string kTarget = "/apis/apps/v1/namespaces/serving/deployments/llama-70b";
const std::string kGroups = "/apis/leaderworkerset.x-k8s.io/v1/namespaces/serving/leaderworkersets/llama-70b";

const char* const kDeployment =
    R"({"spec":{"template":{"metadata":{"labels":{"app":"llama"},"annotations":{"a":"b"}},"spec":{
  "nodeSelector":{"gpu":"h100"},"tolerations":[{"key":"gpu"}],"priorityClassName":"high","serviceAccountName":"x",
  "volumes":[{"name":"v"}],
  "initContainers":[{"name":"proxy","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}}],
  "containers":[{"name":"s","image":"vllm","env":[{"name":"E"}],
    "resources":{"limits":{"nvidia.com/gpu":"8","cpu":"4"},"requests":{"cpu":"2"}}}]}}}})";
const char* const kSet = R"({"spec":{"leaderWorkerTemplate":{"size":4,
  "leaderTemplate":{"metadata":{"labels":{"role":"leader"}},"spec":{"containers":[{"name":"l","resources":{"limits":{"nvidia.com/gpu":2}}}]}},
  "workerTemplate":{"metadata":{"labels":{"role":"worker"}},"spec":{"containers":[{"name":"w","resources":{"limits":{"nvidia.com/gpu":"8"}}}]}}}}})";

struct Rig : PoolRig {
  BufferClient client{transport, clock, discovery};
  api::Autoscaler autoscaler;
  ports::BufferWrite what;

  explicit Rig(bool groups = false) {
    autoscaler.meta.ns = "serving";
    autoscaler.meta.name = "llama";
    autoscaler.meta.uid = "u-1";
    autoscaler.spec.target = {"apps/v1", "Deployment", "llama-70b"};
    what = {&autoscaler, "h100", 2, "nvidia.com/gpu", 52, clock.now(), ""};
    says("GET " + kTarget, *parse_json(kDeployment));
    if (groups) {
      autoscaler.spec.target = {"leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "llama-70b"};
      serves("leaderworkerset.x-k8s.io/v1", "leaderworkersets", "LeaderWorkerSet", true);
      says("GET " + kGroups, *parse_json(kSet));
    }
    says("POST " + kBuffers, Json::object(), 201);
    for (const char* name : {"/aia-llama", "/aia-llama-workers"}) {
      for (const std::string& path : {kBuffers, kTemplates}) {
        says("PATCH " + path + name, Json::object());
        says("DELETE " + path + name, Json::object());
      }
    }
  }
  Status write(int replicas, const std::string& version) {
    what.replicas = replicas;
    what.version = version;
    return client.write(what, Millis(1000));
  }
  /// The requests since the `from`th, as "METHOD kind/name".
  [[nodiscard]] std::string words(std::size_t from = 0) const {
    std::string all;
    for (const auto& request : asked("", from)) {
      const std::string path = request.target.substr(0, request.target.find('?'));
      const std::string rest = path.substr(path.find("/serving/") + 9);
      all += request.method + " " + rest + "; ";
    }
    return all;
  }
  /// What was written becomes what is there: the k-th document that was sent to a path with this in it.
  Json sent(const std::string& method, const std::string& in, std::size_t k = 0) const {
    for (const auto& request : asked(method))
      if (request.target.find(in) != std::string::npos && k-- == 0) return *parse_json(request.body);
    return {};
  }
  std::string version(const std::vector<Json>& buffers) {
    Json items = Json::array();
    for (Json buffer : buffers) {
      buffer["metadata"]["resourceVersion"] = "9";
      items.push_back(buffer);
    }
    says("GET " + kAll, {{"items", items}});
    return client.list(Millis(1000))->at(0).version;
  }
};

}  // namespace

TEST_CASE("a new buffer: its template first, both ours, to the letter") {
  Rig rig;
  REQUIRE(rig.write(2, "").ok());
  CHECK(rig.words() ==
        "GET deployments/llama-70b; GET podtemplates/aia-llama; GET podtemplates/aia-llama-workers; "
        "PATCH podtemplates/aia-llama; POST capacitybuffers; ");
  Json buffer = rig.sent("POST", "capacitybuffers");
  CHECK(buffer == *parse_json(R"({"apiVersion":"autoscaling.x-k8s.io/v1beta1","kind":"CapacityBuffer",
    "metadata":{"name":"aia-llama","namespace":"serving",
      "labels":{"app.kubernetes.io/managed-by":"aiautoscaler","aiautoscaler.io/autoscaler":"llama","aiautoscaler.io/pool":"h100"},
      "annotations":{"aiautoscaler.io/pool":"h100","aiautoscaler.io/expires":"2026-11-18T11:06:40Z","aiautoscaler.io/replicas":"2",
        "aiautoscaler.io/pods-per-replica":"1"},
      "ownerReferences":[{"apiVersion":"aiautoscaler.io/v1alpha1","kind":"AIAutoscaler","name":"llama","uid":"u-1",
        "controller":true,"blockOwnerDeletion":true}]},
    "spec":{"provisioningStrategy":"buffer.x-k8s.io/active-capacity","podTemplateRef":{"name":"aia-llama"},"replicas":2,
      "limits":{"nvidia.com/gpu":"52"}}})"));
  const Json pods = rig.sent("PATCH", "podtemplates");
  CHECK(pods["metadata"]["ownerReferences"] == buffer["metadata"]["ownerReferences"]);
  CHECK(pods["metadata"]["labels"] == buffer["metadata"]["labels"]);
  CHECK(pods["template"] == *parse_json(R"({"metadata":{"labels":{"app":"llama"}},"spec":{
    "nodeSelector":{"gpu":"h100"},"tolerations":[{"key":"gpu"}],"priorityClassName":"high",
    "initContainers":[{"name":"proxy","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}}],
    "containers":[{"name":"s","image":"vllm","resources":{"limits":{"nvidia.com/gpu":"8","cpu":"4"},
      "requests":{"nvidia.com/gpu":"8","cpu":"2"}}}]}})"));
}

TEST_CASE("a buffer is read back as it was written, whatever its conditions say") {
  Rig rig;
  REQUIRE(rig.write(2, "").ok());
  Json buffer = rig.sent("POST", "capacitybuffers");
  buffer["metadata"]["resourceVersion"] = "9";
  Json launching = buffer;
  launching["status"] = {
      {"replicas", 2},
      {"conditions",
       Json::array({{{"type", "Provisioning"}, {"status", "True"}, {"reason", "FitsExistingCapacity"}}})}};
  Json foreign = buffer;
  foreign["metadata"]["ownerReferences"][0]["kind"] = "Deployment";
  rig.says("GET " + kAll, {{"items", Json::array({foreign, launching})}});
  const auto buffers = rig.client.list(Millis(1000));
  REQUIRE(buffers.ok());
  REQUIRE(buffers->size() == 1);
  const ports::Buffer& one = buffers->at(0);
  CHECK(one.autoscaler == api::ObjectKey{"serving", "llama"});
  CHECK(one.autoscaler_uid == "u-1");
  CHECK(one.pool == "h100");
  CHECK(one.replicas == 2);
  CHECK(one.expires == rig.clock.now());
  rig.says("GET " + kAll, {{"items", Json::array({buffer})}});
  CHECK(rig.client.list(Millis(1000))->at(0).version == one.version);
  CHECK(rig.asked("GET").back().target ==
        kAll + "?limit=500&labelSelector=app.kubernetes.io%2Fmanaged-by%3Daiautoscaler");
}

TEST_CASE("lowering is one request, with the version that was read") {
  Rig rig;
  REQUIRE(rig.write(2, "").ok());
  const std::string version = rig.version({rig.sent("POST", "capacitybuffers")});
  const std::size_t before = rig.asked().size();
  REQUIRE(rig.write(0, version).ok());
  CHECK(rig.words(before) == "PATCH capacitybuffers/aia-llama; ");
  CHECK(rig.sent("PATCH", "capacitybuffers") == *parse_json(R"({"metadata":{"resourceVersion":"9","annotations":
    {"aiautoscaler.io/expires":"2026-11-18T11:06:40Z","aiautoscaler.io/replicas":"0"}},"spec":{"replicas":0}})"));
  rig.refuses("PATCH " + kBuffers + "/aia-llama", 409, "Conflict");
  CHECK(rig.write(1, version).error().kind == ErrorKind::Conflict);
}

TEST_CASE("raising looks at the template, and writes it only when the pods have changed") {
  Rig rig;
  REQUIRE(rig.write(1, "").ok());
  const std::string version = rig.version({rig.sent("POST", "capacitybuffers")});
  rig.says("GET " + kTemplates + "/aia-llama", rig.sent("PATCH", "podtemplates"));
  std::size_t before = rig.asked().size();
  REQUIRE(rig.write(3, version).ok());
  CHECK(rig.words(before) ==
        "GET deployments/llama-70b; GET podtemplates/aia-llama; GET podtemplates/aia-llama-workers; "
        "PATCH capacitybuffers/aia-llama; ");
  CHECK(rig.sent("PATCH", "capacitybuffers")["metadata"]["resourceVersion"] == "9");
  CHECK(rig.sent("PATCH", "capacitybuffers")["spec"]["replicas"] == 3);
  Json changed = *parse_json(kDeployment);
  changed["spec"]["template"]["spec"]["nodeSelector"]["gpu"] = "h200";
  rig.says("GET " + kTarget, changed);
  before = rig.asked().size();
  REQUIRE(rig.write(3, version).ok());
  CHECK_THAT(rig.words(before), Catch::Contains("PATCH podtemplates/aia-llama; PATCH capacitybuffers/aia-llama; "));
}

TEST_CASE("what is not ours is left alone") {
  Rig rig;
  rig.refuses("POST " + kBuffers, 409, "AlreadyExists");
  rig.says("GET " + kBuffers, {{"items", Json::array()}});
  const Status foreign = rig.write(2, "");
  CHECK(foreign.error().kind == ErrorKind::Invalid);
  CHECK(foreign.error().message ==
        "CapacityBuffer serving/aia-llama: there is one of that name that is not ours: delete or rename it");
  CHECK_THAT(rig.words(), Catch::EndsWith("DELETE podtemplates/aia-llama; "));  // which nobody would find

  Rig ours;
  REQUIRE(ours.write(2, "").ok());
  const Json buffer = ours.sent("POST", "capacitybuffers");
  ours.refuses("POST " + kBuffers, 409, "AlreadyExists");
  ours.says("GET " + kBuffers, {{"items", Json::array({buffer})}});
  CHECK(ours.write(2, "").error().kind == ErrorKind::Conflict);  // ours since: read again
  CHECK(ours.asked("DELETE").empty());

  Rig pods;
  pods.says("GET " + kTemplates + "/aia-llama", {{"metadata", {{"name", "aia-llama"}}}});
  CHECK(pods.write(2, "").error().message ==
        "PodTemplate serving/aia-llama: there is one of that name that is not ours: delete or rename it");
  CHECK(pods.asked("POST").empty());
}

TEST_CASE("a group's leader and workers have a buffer each, and share the limit") {
  Rig rig(true);
  REQUIRE(rig.write(2, "").ok());
  CHECK_THAT(rig.words(), Catch::EndsWith("PATCH podtemplates/aia-llama-workers; POST capacitybuffers; "
                                          "PATCH podtemplates/aia-llama; POST capacitybuffers; "));
  const Json workers = rig.sent("POST", "capacitybuffers", 0), leader = rig.sent("POST", "capacitybuffers", 1);
  CHECK(workers["metadata"]["name"] == "aia-llama-workers");
  CHECK(workers["spec"]["replicas"] == 6);
  CHECK(workers["spec"]["limits"]["nvidia.com/gpu"] == "48");
  CHECK(leader["spec"]["replicas"] == 2);
  CHECK(leader["spec"]["limits"]["nvidia.com/gpu"] == "4");
  CHECK(rig.sent("PATCH", "aia-llama-workers")["template"]["metadata"]["labels"]["role"] == "worker");
  CHECK(rig.sent("PATCH", "podtemplates/aia-llama?")["template"]["spec"]["containers"][0]["resources"]["requests"]
                                                    ["nvidia.com/gpu"] == 2);

  rig.says("GET " + kAll, {{"items", Json::array({workers})}});
  CHECK(rig.client.list(Millis(1000))->at(0).replicas == 0);  // cut off in the middle: to be written again
  const std::string version = rig.version({leader, workers});
  CHECK(rig.client.list(Millis(1000))->at(0).replicas == 2);
  const std::size_t before = rig.asked().size();
  REQUIRE(rig.write(1, version).ok());
  CHECK(rig.words(before) == "PATCH capacitybuffers/aia-llama-workers; PATCH capacitybuffers/aia-llama; ");
  CHECK(rig.sent("PATCH", "capacitybuffers/aia-llama-workers")["spec"]["replicas"] == 3);

  ports::Buffer buffer = rig.client.list(Millis(1000))->at(0);
  rig.refuses("DELETE " + kTemplates + "/aia-llama", 404, "NotFound");
  const std::size_t deleting = rig.asked().size();
  CHECK(rig.client.remove(buffer, Millis(1000)).ok());
  CHECK(rig.words(deleting) ==
        "DELETE podtemplates/aia-llama; DELETE capacitybuffers/aia-llama; "
        "DELETE podtemplates/aia-llama-workers; DELETE capacitybuffers/aia-llama-workers; ");

  Json smaller = *parse_json(kSet);  // the workers went
  smaller["spec"]["leaderWorkerTemplate"]["size"] = 1;
  rig.says("GET " + kGroups, smaller);
  REQUIRE(rig.write(3, version).ok());
  CHECK_THAT(rig.words(),
             Catch::EndsWith("DELETE podtemplates/aia-llama-workers; DELETE capacitybuffers/aia-llama-workers; "));
}

TEST_CASE("the API in its older version, and none") {
  Rig older;
  older.serves("autoscaling.x-k8s.io/v1beta1", "provisioningrequests", "ProvisioningRequest", true);
  older.serves("autoscaling.x-k8s.io/v1alpha1", "capacitybuffers", "CapacityBuffer", true);
  older.says("POST /apis/autoscaling.x-k8s.io/v1alpha1/namespaces/serving/capacitybuffers", Json::object(), 201);
  REQUIRE(older.write(2, "").ok());
  CHECK(older.sent("POST", "v1alpha1")["apiVersion"] == "autoscaling.x-k8s.io/v1alpha1");

  Rig none;
  none.answers.erase("GET /apis/autoscaling.x-k8s.io/v1beta1");
  CHECK(none.client.list(Millis(1000))->empty());
  CHECK(none.write(2, "").error().kind == ErrorKind::Invalid);
  CHECK(none.asked("POST").empty());

  Rig away;
  away.refuses("GET /apis/autoscaling.x-k8s.io/v1beta1", 503, "");
  CHECK(away.client.list(Millis(1000)).error().kind == ErrorKind::Unavailable);
}

TEST_CASE("an API of buffers that goes, or changes its version, is looked for again") {
  Rig rig;
  rig.says("GET " + kAll, {{"items", Json::array()}});
  REQUIRE(rig.client.list(Millis(1000))->empty());
  rig.answers.erase("GET " + kAll);
  const auto served = rig.answers.at("GET /apis/autoscaling.x-k8s.io/v1beta1");
  CHECK(rig.client.list(Millis(1000)).error().kind == ErrorKind::NotFound);  // discovery has it, the server has not
  rig.answers.erase("GET /apis/autoscaling.x-k8s.io/v1beta1");
  CHECK(rig.client.list(Millis(1000))->empty());
  rig.answers.insert_or_assign("GET /apis/autoscaling.x-k8s.io/v1beta1", served);
  rig.clock.advance(Millis(31'000));
  rig.says("GET " + kAll, {{"items", Json::array()}});
  REQUIRE(rig.client.list(Millis(1000))->empty());
  rig.answers.erase("GET /apis/autoscaling.x-k8s.io/v1beta1");
  rig.answers.erase("GET " + kAll);
  rig.serves("autoscaling.x-k8s.io/v1alpha1", "capacitybuffers", "CapacityBuffer", true);
  rig.says("GET /apis/autoscaling.x-k8s.io/v1alpha1/capacitybuffers", {{"items", Json::array()}});
  CHECK(rig.client.list(Millis(1000))->empty());
  CHECK(rig.asked("GET").back().target.find("v1alpha1") != std::string::npos);
}

TEST_CASE("a version that is none is as no buffer") {
  CHECK(parts_of("").empty());
  CHECK(parts_of("77").empty());
  CHECK(parts_of("{}").empty());
  CHECK(parts_of(version_of({{"a", "1", 2, 3}})).at(0).pods == 3);
}

TEST_CASE("an edited buffer says what is there") {
  Rig rig;
  REQUIRE(rig.write(2, "").ok());
  Json buffer = rig.sent("POST", "capacitybuffers");
  buffer["spec"]["replicas"] = 7;
  rig.says("GET " + kAll, {{"items", Json::array({buffer})}});
  CHECK(rig.client.list(Millis(1000))->at(0).replicas == 7);
}
