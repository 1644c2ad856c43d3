// What pods ask for: as the API server and the scheduler count it, per kind of workload, and what is said of nonsense.
#include "controller/kube/workload/replica.h"

#include <catch2/catch.hpp>

using namespace aia;
using namespace aia::kube;
using api::Amounts;

namespace {

Amounts requests(const char* pod_spec) {
  const auto read = requests_of_pod(Json::parse(pod_spec));
  INFO((read ? "" : read.error().message));
  REQUIRE(read.ok());
  return *read;
}

/// As of a kind that is not listed, whose object tells by its shape.
Result<api::ReplicaShape> replica_of(const Json& object) {
  return kube::replica_of(kind_of("", ""), object);
}

std::string trouble(const char* object) {
  const auto read = replica_of(Json::parse(object));
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().kind == ErrorKind::Invalid);
  return read.error().message;
}

}  // namespace

TEST_CASE("containers add up, and limits without requests are the requests") {
  CHECK(requests(R"({"containers":[{"name":"server","resources":{"limits":{"nvidia.com/gpu":"8","memory":"10"}}},
    {"name":"proxy","resources":{"requests":{"cpu":"500m"},"limits":{"cpu":"2","memory":"5"}}}]})") ==
        Amounts{{"nvidia.com/gpu", 8}, {"memory", 15}, {"cpu", 500}});
  CHECK(requests(R"({"containers":[{"name":"server"}]})").empty());
  CHECK(requests(R"({"containers":[{"resources":{"limits":{"nvidia.com/gpu":8}}}]})") ==
        Amounts{{"nvidia.com/gpu", 8}});
}

TEST_CASE("init containers count by the largest, sidecars with all that run beside them") {
  // Kubernetes' own example in KEP-753: sidecars that start earlier are there while later ones initialise.
  CHECK(requests(R"({"initContainers":[
      {"name":"fetch","resources":{"requests":{"cpu":"4"}}},
      {"name":"mesh","restartPolicy":"Always","resources":{"requests":{"cpu":"1","memory":"100"}}},
      {"name":"check","resources":{"requests":{"cpu":"3","memory":"50"}}}],
    "containers":[{"name":"server","resources":{"requests":{"cpu":"2","memory":"300"}}}]})") ==
        Amounts{{"cpu", 4000}, {"memory", 400}});
  CHECK(requests(R"({"initContainers":[
      {"name":"mesh","restartPolicy":"Always","resources":{"limits":{"nvidia.com/gpu":"1"}}}],
    "containers":[{"name":"server","resources":{"limits":{"nvidia.com/gpu":"7"}}}]})") ==
        Amounts{{"nvidia.com/gpu", 8}});
}

TEST_CASE("resources of the pod as a whole stand for its containers', overhead comes on top") {
  CHECK(requests(R"({"resources":{"requests":{"cpu":"10"}},"overhead":{"cpu":"250m","memory":"7"},
    "containers":[{"name":"server","resources":{"requests":{"cpu":"2","memory":"300"}}}]})") ==
        Amounts{{"cpu", 10250}, {"memory", 307}});
}

TEST_CASE("a replica is a pod, or a leader with its workers") {
  const auto one = replica_of(Json::parse(R"({"spec":{"template":{"spec":{"containers":[
    {"name":"s","resources":{"limits":{"nvidia.com/gpu":"2"}}}]}}}})"));
  REQUIRE(one.ok());
  CHECK(*one == api::ReplicaShape{{{{{"nvidia.com/gpu", 2}}, 1}}});

  const char* const worker = R"({"spec":{"containers":[{"name":"w","resources":{"limits":{"nvidia.com/gpu":"8"}}}]}})";
  const char* const leader = R"({"spec":{"containers":[{"name":"l","resources":{"limits":{"nvidia.com/gpu":"4"}}}]}})";
  const auto group = [&](const std::string& more) {
    const auto read = replica_of(
        Json::parse(R"({"spec":{"leaderWorkerTemplate":{"workerTemplate":)" + std::string(worker) + more + "}}}"));
    REQUIRE(read.ok());
    return *read;
  };
  CHECK(group(R"(,"size":4)") == api::ReplicaShape{{{{{"nvidia.com/gpu", 8}}, 1}, {{{"nvidia.com/gpu", 8}}, 3}}});
  CHECK(api::gpus_of(group(R"(,"size":4,"leaderTemplate":)" + std::string(leader))) == 28);
  CHECK(group("") == api::ReplicaShape{{{{{"nvidia.com/gpu", 8}}, 1}}});  // a group of one: the leader
  CHECK(api::gpus_of(group(R"(,"size":-3)")) == 8);
}

TEST_CASE("what does not read names its place") {
  CHECK(trouble(R"({"spec":{"replicas":2}})") == "it has neither spec.template nor spec.leaderWorkerTemplate");
  CHECK(trouble(R"({"spec":{"template":{"spec":{"resourceClaims":[{"name":"gpus",
      "resourceClaimTemplateName":"eight"}],"containers":[{"name":"s","resources":{"claims":[{"name":"gpus"}]}}]}}}})") ==
        "its pods claim devices (spec.resourceClaims), and how many is not read");
  CHECK(trouble(R"({"spec":{"template":{}}})") == "its pod template has no spec");
  CHECK(trouble(R"({"spec":{"template":{"spec":{"containers":[
      {"name":"s","resources":{"limits":{"nvidia.com/gpu":"many"}}}]}}}})") ==
        "its pod template: container \"s\": resources.limits: \"many\" is no quantity of nvidia.com/gpu; write e.g. "
        "\"8\", \"500m\" or \"16Gi\"");
  CHECK(trouble(R"({"spec":{"template":{"spec":{"initContainers":[
      {"name":"i","resources":{"requests":{"cpu":{}}}}]}}}})") ==
        "its pod template: container \"i\": resources.requests: \"{}\" is no quantity of cpu; write e.g. \"8\", "
        "\"500m\" or \"16Gi\"");
  CHECK(trouble(R"({"spec":{"leaderWorkerTemplate":{"size":2}}})") == "its pod template has no spec");
  const auto asking_for = [](int resources, std::size_t longest) {
    Json requests = {{std::string(longest, 'x'), "1"}};
    for (int i = 1; i < resources; ++i) requests["x.io/r" + std::to_string(i)] = "1";
    return Json{
        {"spec",
         {{"template",
           {{"spec", {{"containers", Json::array({{{"resources", {{"requests", std::move(requests)}}}}})}}}}}}}};
  };
  const char* const too_many =
      "its pods ask for more than 64 resources, or for some with names of more than 317 characters";
  CHECK(replica_of(asking_for(64, 317)).ok());
  CHECK(trouble(asking_for(65, 3).dump().c_str()) == too_many);
  CHECK(trouble(asking_for(1, 318).dump().c_str()) == too_many);
}
