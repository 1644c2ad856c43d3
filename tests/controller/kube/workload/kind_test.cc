// Kinds of workloads: the rollout that a Deployment's or StatefulSet's numbers show (scaling alone is never a rollout),
// and for each kind what a reader, the owners of pods and a scale-in need to know.
#include "controller/kube/workload/kind.h"

#include <catch2/catch.hpp>

using namespace aia::kube;

namespace {

struct Numbers {
  int wanted, all, updated, available;
  const char* progressing = "NewReplicaSetAvailable";
  int generation = 5, observed = 5;
};

Json deployment(const Numbers& n) {
  Json made = {{"metadata", {{"generation", n.generation}}},
               {"spec", {{"replicas", n.wanted}}},
               {"status",
                {{"observedGeneration", n.observed},
                 {"replicas", n.all},
                 {"updatedReplicas", n.updated},
                 {"availableReplicas", n.available},
                 {"conditions", Json::array({{{"type", "Available"}, {"reason", "x"}}})}}}};
  if (*n.progressing != '\0') {
    made["status"]["conditions"].push_back({{"type", "Progressing"}, {"reason", n.progressing}});
  }
  return made;
}

std::string rollout_of(const char* kind, const Json& object) {
  return kind_of("apps/v1", kind).facts(object).rollout;
}

aia::Millis progress_deadline_of(const char* kind, const Json& object) {
  return kind_of("apps/v1", kind).facts(object).progress_deadline;
}

bool has_rollout(const char* api_version, const char* kind) {
  return kind_of(api_version, kind).facts != nullptr;
}

}  // namespace

TEST_CASE("a Deployment rolls out until its new pods are all there and the old ones gone") {
  struct Row {
    const char* what;
    Numbers numbers;
    std::string expected;
  };
  const Row rows[] = {
      {"settled", {5, 5, 5, 5}, ""},
      {"scaling out, pods not yet created", {9, 5, 5, 5}, ""},
      {"scaling out, pods starting", {9, 9, 9, 5}, ""},
      {"scaling in", {2, 5, 5, 5}, ""},
      {"scaled to zero", {0, 0, 0, 0}, ""},
      {"old pods left", {5, 6, 2, 5, "ReplicaSetUpdated"}, "2 of 6 replicas updated"},
      {"Recreate, old pods gone", {5, 0, 0, 0, "ReplicaSetUpdated"}, "0 of 5 replicas updated"},
      {"new pods starting", {5, 5, 5, 3, "ReplicaSetUpdated"}, "3 of 5 updated replicas available"},
      {"not yet seen", {5, 5, 5, 5, "NewReplicaSetAvailable", 6, 5}, "its controller has seen generation 5 of 6"},
      {"stalled", {5, 6, 1, 5, "ProgressDeadlineExceeded"}, "1 of 6 replicas updated"},
      {"paused", {5, 5, 5, 5, "DeploymentPaused"}, ""},
      {"paused half-way", {5, 6, 2, 5, "DeploymentPaused"}, "2 of 6 replicas updated"},
      {"no deadline, settled", {5, 5, 5, 5, ""}, ""},
      {"no deadline, rolling", {5, 5, 2, 5, ""}, "2 of 5 replicas updated"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(rollout_of("Deployment", deployment(row.numbers)) == row.expected);
  }
}

TEST_CASE("what Kubernetes calls stalled is stalled at once") {
  CHECK(progress_deadline_of("Deployment", deployment({5, 6, 1, 5, "ProgressDeadlineExceeded"})) == aia::Millis(0));
  CHECK(progress_deadline_of("Deployment", deployment({5, 6, 1, 5, "ReplicaSetUpdated"})) > aia::Millis(0));
}

TEST_CASE("the words change with progress and stay without") {
  const auto words = [](Numbers numbers) { return rollout_of("Deployment", deployment(numbers)); };
  const Numbers waits{12, 12, 12, 5, "ReplicaSetUpdated"}, rolls{10, 12, 4, 8, "ReplicaSetUpdated"};
  Numbers later = waits;
  later.generation = later.observed = 9;
  CHECK(words(later) == words(waits));
  later.available = 6;
  CHECK(words(later) != words(waits));
  Numbers next = rolls;
  next.available = 9;  // old ones, too: it says nothing of the new
  CHECK(words(next) == words(rolls));
  next.updated = 5;
  CHECK(words(next) != words(rolls));
  next = rolls, next.all = 11;
  CHECK(words(next) != words(rolls));
}

TEST_CASE("a StatefulSet rolls out while its revisions differ, down to its partition") {
  const auto set = [](const char* current, int updated, int partition, const char* type = "RollingUpdate") {
    return Json{
        {"metadata", {{"generation", 1}}},
        {"spec",
         {{"replicas", 5}, {"updateStrategy", {{"type", type}, {"rollingUpdate", {{"partition", partition}}}}}}},
        {"status",
         {{"observedGeneration", 1},
          {"replicas", 5},
          {"updatedReplicas", updated},
          {"currentRevision", current},
          {"updateRevision", "new"}}}};
  };
  CHECK(rollout_of("StatefulSet", set("new", 5, 0)).empty());
  CHECK(rollout_of("StatefulSet", set("new", 2, 0)).empty());  // scaling out
  CHECK(rollout_of("StatefulSet", set("old", 2, 0)) == "2 of 5 replicas updated");
  CHECK(rollout_of("StatefulSet", set("old", 2, 3)).empty());
  CHECK(rollout_of("StatefulSet", set("old", 1, 3)) == "1 of 2 replicas updated");
  CHECK(rollout_of("StatefulSet", set("old", 1, 0, "OnDelete")).empty());
}

TEST_CASE("only the two kinds of apps/v1 have a rollout that we read") {
  CHECK(has_rollout("apps/v1", "Deployment"));
  CHECK(has_rollout("apps/v1", "StatefulSet"));
  CHECK_FALSE(has_rollout("apps/v1", "ReplicaSet"));
  CHECK_FALSE(has_rollout("argoproj.io/v1alpha1", "Rollout"));
}

TEST_CASE("each kind tells how its pods are owned, removed and made") {
  using aia::ports::Removal;
  struct Row {
    const char *api_version, *kind;
    std::optional<std::vector<KindName>> between;
    std::optional<Removal> removal;
    std::string read_at;  ///< as an owner; empty: not read
    std::size_t parts;    ///< of an object that has both sorts of templates
  };
  const std::vector<KindName> none;
  const Row rows[] = {
      {"apps/v1", "Deployment", {{{"apps", "ReplicaSet"}}}, Removal::NotReadyFirst, "deployments", 1},
      {"apps/v1", "ReplicaSet", none, Removal::NotReadyFirst, "replicasets", 1},
      {"apps/v1", "StatefulSet", none, Removal::HighestRank, "statefulsets", 1},
      {"leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", {}, {}, "", 2},
      {"serving.kserve.io/v1beta1", "InferenceService", {}, {}, "", 2},  // not listed: the shape decides
      {"v1", "Deployment", {}, {}, "", 2},                               // of another group
  };
  const Json object = Json::parse(
      R"({"spec":{"template":{"spec":{}},"leaderWorkerTemplate":{"size":3,"workerTemplate":{"spec":{}}}}})");
  for (const Row& row : rows) {
    CAPTURE(row.api_version, row.kind);
    const Kind& kind = kind_of(row.api_version, row.kind);
    CHECK(kind.between == row.between);
    CHECK(kind.removal == row.removal);
    CHECK((kind.as_owner ? kind.as_owner->plural : "") == row.read_at);
    const auto parts = kind.parts(object);
    REQUIRE(parts.ok());
    CHECK(parts->size() == row.parts);
    CHECK(parts->back().pods == (row.parts == 2 ? 2 : 1));
  }
  CHECK(kinds_read_as_owners() == "ReplicaSets, Deployments, StatefulSets");
}

TEST_CASE("what a kind reads from its object") {
  const Json object =
      Json::parse(R"({"spec":{"progressDeadlineSeconds":60,"ordinals":{"start":2},"template":{"spec":{"x":1}}}})");
  const WorkloadFacts deployment = kind_of("apps/v1", "Deployment").facts(object);
  const WorkloadFacts set = kind_of("apps/v1", "StatefulSet").facts(object);
  CHECK(deployment.progress_deadline == std::chrono::seconds(60));
  CHECK(set.progress_deadline == std::chrono::minutes(10));
  CHECK_FALSE(deployment.ordered);
  CHECK(set.ordered);
  CHECK(set.first_rank == 2);
  CHECK(set.pod_template != 0);
  CHECK(set.pod_template == deployment.pod_template);
  Json parallel = object;
  parallel["spec"]["podManagementPolicy"] = "Parallel";
  parallel["spec"]["template"]["spec"]["x"] = 2;
  CHECK_FALSE(kind_of("apps/v1", "StatefulSet").facts(parallel).ordered);
  CHECK(kind_of("apps/v1", "StatefulSet").facts(parallel).pod_template != set.pod_template);
}
