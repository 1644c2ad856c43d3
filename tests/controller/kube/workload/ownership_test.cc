// Whose pods are whose: by the chain of controllers, read where it must be, kept, and said where it cannot be.
#include "controller/kube/workload/ownership.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/controller/http/fake_transport.h"
#include "tests/controller/kube/manual_clock.h"

using namespace aia;
using namespace aia::kube;
using http::FakeTransport;
using tests::ManualClock;

namespace {

const Controller kNone{};

Controller replica_set(const std::string& name) {
  return {"apps/v1", "ReplicaSet", name, "u-" + name};
}

Json references(const Controller& controller) {
  if (controller.uid.empty()) return Json::array();
  return Json::array({{{"apiVersion", "v1"}, {"kind", "Other"}, {"name", "x"}, {"uid", "u-x"}},
                      {{"apiVersion", controller.api_version},
                       {"kind", controller.kind},
                       {"name", controller.name},
                       {"uid", controller.uid},
                       {"controller", true}}});
}

struct Rig {
  Rig() {
    transport.on([this](const http::Request& request) -> std::optional<Result<http::Response>> {
      const auto found = answers.find(request.target);
      if (found != answers.end()) return found->second;
      const std::string name = request.target.substr(request.target.rfind('/') + 1);
      return FakeTransport::json(
          R"({"kind":"Status","code":404,"reason":"NotFound","details":{"name":")" + name + R"("}})", 404);
    });
  }

  static std::string path(const Controller& of) {
    const std::string plural = of.kind == "ReplicaSet"   ? "replicasets"
                               : of.kind == "Deployment" ? "deployments"
                                                         : "statefulsets";
    return "/apis/apps/v1/namespaces/n/" + plural + "/" + of.name;
  }
  void object(const Controller& self, const Controller& controller) {
    answers.insert_or_assign(
        path(self),
        FakeTransport::json(dump_json(
            {{"metadata", {{"name", self.name}, {"uid", self.uid}, {"ownerReferences", references(controller)}}}})));
  }
  void forbid(const Controller& self) {
    answers.insert_or_assign(path(self), FakeTransport::json(R"({"kind":"Status","code":403,"message":"no"})", 403));
  }

  /// The names of the pods that a target gets of those named in the order given.
  std::string of(const api::TargetRef& ref, const std::vector<std::pair<std::string, Controller>>& pods) {
    target = {};
    target.uid = "u-" + ref.name;
    target.selector = "app=a";
    target.status_replicas = counted, target.spec_replicas = wanted;
    Claims claims{{}, {{"n", ref, &target}}};
    for (const auto& [name, controller] : pods) {
      Candidate& candidate = claims.found.emplace_back(Candidate{{}, controller});
      candidate.pod.name = name;
      claims.of_targets.front().candidates.push_back(&candidate);
    }
    ownership.settle(claims, Millis(1'000));
    std::string names;
    for (const ports::Pod& pod : target.pods) names += (names.empty() ? "" : " ") + pod.name;
    return names;
  }
  [[nodiscard]] std::size_t reads() const { return transport.sent().size(); }

  FakeTransport transport;
  ManualClock clock;
  Store<LabelledPod> stored{pod_from_json};
  Ownership ownership{transport, clock, stored};
  std::map<std::string, Result<http::Response>> answers;
  ports::Target target;
  int counted = 3, wanted = 0;
};

const api::TargetRef kWeb{"apps/v1", "Deployment", "web"};
const Controller kWebItself{"apps/v1", "Deployment", "web", "u-web"},
    kCanary{"apps/v1", "Deployment", "canary", "u-canary"};

}  // namespace

TEST_CASE("a canary's pods with the same labels are its own, and each ReplicaSet is read once") {
  Rig rig;
  rig.object(replica_set("web-1"), kWebItself);
  rig.object(replica_set("web-2"), kWebItself);
  rig.object(replica_set("canary-1"), kCanary);
  const std::vector<std::pair<std::string, Controller>> pods = {{"a", replica_set("web-1")},
                                                                {"b", replica_set("canary-1")},
                                                                {"c", replica_set("web-2")},
                                                                {"d", replica_set("web-1")},
                                                                {"e", {"apps/v1", "StatefulSet", "db", "u-db"}},
                                                                {"f", kNone},
                                                                {"g", {"apps/v1", "DaemonSet", "agent", "u-agent"}}};
  CHECK(rig.of(kWeb, pods) == "a c d");
  CHECK(rig.target.ownership.empty());
  CHECK(rig.target.pods_unseen.empty());
  CHECK(rig.reads() == 3);
  CHECK(rig.of(kWeb, pods) == "a c d");
  CHECK(rig.reads() == 3);
  CHECK(rig.of({"apps/v1", "Deployment", "canary"}, pods) == "b");
  CHECK(rig.reads() == 3);
}

TEST_CASE("a ReplicaSet that another Deployment adopted is asked about again, what is proven is not") {
  Rig rig;
  rig.object(replica_set("old"), {"apps/v1", "Deployment", "web", "u-web-before"});
  rig.object(replica_set("new"), kWebItself);
  const std::vector<std::pair<std::string, Controller>> pods = {{"a", replica_set("old")}, {"b", replica_set("new")}};
  CHECK(rig.of(kWeb, pods) == "b");
  rig.object(replica_set("old"), kWebItself);
  CHECK(rig.of(kWeb, pods) == "b");
  rig.clock.advance(std::chrono::seconds(31));
  CHECK(rig.of(kWeb, pods) == "a b");
  CHECK(rig.reads() == 3);
  rig.clock.advance(std::chrono::minutes(5));
  rig.answers.clear();
  CHECK(rig.of(kWeb, pods) == "a b");
  CHECK(rig.reads() == 3);
  rig.clock.advance(std::chrono::minutes(11));  // looked for just now, so still known
  CHECK(rig.of(kWeb, {}).empty());
  CHECK(rig.of(kWeb, pods).empty());  // forgotten, and there is no such object
  CHECK(rig.reads() == 5);
}

TEST_CASE("an API server that is away takes no pod from its target") {
  Rig rig;
  rig.object(replica_set("other"), kCanary);
  rig.object(replica_set("web-1"), kWebItself);
  const std::vector<std::pair<std::string, Controller>> pods = {{"a", replica_set("web-1")},
                                                                {"b", replica_set("other")}};
  CHECK(rig.of(kWeb, pods) == "a");
  rig.clock.advance(std::chrono::minutes(1));
  rig.answers.insert_or_assign(Rig::path(replica_set("other")), Error{ErrorKind::Timeout, "slow", {}});
  CHECK(rig.of(kWeb, pods) == "a");
  CHECK(rig.target.ownership.empty());
}

TEST_CASE("what cannot be read counts by its labels, and that is said") {
  Rig rig;
  rig.object(replica_set("web-1"), kWebItself);
  rig.forbid(replica_set("web-2"));
  const std::vector<std::pair<std::string, Controller>> pods = {
      {"a", replica_set("web-1")}, {"b", replica_set("web-2")}, {"c", replica_set("web-2")}, {"d", kNone}};
  CHECK(rig.of(kWeb, pods) == "a b c");
  CHECK(rig.target.ownership ==
        "2 of 3 pods count by their labels: ReplicaSet web-2 cannot be read: no (HTTP 403); allow get on its kind "
        "(manifests/rbac)");
  CHECK(rig.of(kWeb, pods) == "a b c");
  CHECK(rig.reads() == 2);  // not with each cycle
  rig.object(replica_set("web-2"), kCanary);
  rig.clock.advance(std::chrono::seconds(31));
  CHECK(rig.of(kWeb, pods) == "a");
  CHECK(rig.target.ownership.empty());
}

TEST_CASE("a reference that is no name asks for nothing") {
  Rig rig;
  for (const char* name : {"x/../../secrets/s", "..", "", "x%2fstatus"}) {
    CHECK(rig.of({"x.io/v1", "Set", "s"}, {{"a", replica_set(name)}}) == "a");
    CHECK_FALSE(rig.target.ownership.empty());
  }
  CHECK(rig.reads() == 0);
}

TEST_CASE("pods of StatefulSets and ReplicaSets are told without a read") {
  Rig rig;
  const Controller set{"apps/v1", "StatefulSet", "db", "u-db"};
  const std::vector<std::pair<std::string, Controller>> pods = {{"a", set}, {"b", replica_set("web-1")}, {"c", kNone}};
  CHECK(rig.of({"apps/v1", "StatefulSet", "db"}, pods) == "a");
  CHECK(rig.of({"apps/v1", "ReplicaSet", "web-1"}, pods) == "b");
  CHECK(rig.reads() == 0);
}

TEST_CASE("the pods of a LeaderWorkerSet lead up to it through their leaders and StatefulSets") {
  Rig rig;
  const Controller group{"leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "llm", "u-llm"};
  const Controller leaders{"apps/v1", "StatefulSet", "llm", "u-sts"},
      workers{"apps/v1", "StatefulSet", "llm-0", "u-sts-0"};
  const Controller leader{"v1", "Pod", "llm-0", "u-leader"}, gone{"v1", "Pod", "llm-0", "u-leader-before"};
  rig.stored.apply(Upserted{
      Json{{"metadata",
            {{"namespace", "n"}, {"name", "llm-0"}, {"uid", "u-leader"}, {"ownerReferences", references(leaders)}}}}});
  rig.object(leaders, group);
  rig.object(workers, leader);
  rig.object({"apps/v1", "StatefulSet", "llm-1", "u-sts-1"}, gone);
  const api::TargetRef ref{"leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "llm"};
  CHECK(rig.of(ref,
               {{"llm-0", leaders}, {"llm-0-1", workers}, {"old", {"apps/v1", "StatefulSet", "llm-1", "u-sts-1"}}}) ==
        "llm-0 llm-0-1");
  CHECK(rig.target.ownership.empty());
}

TEST_CASE("any other kind: directly, through a Deployment, or by labels, said") {
  Rig rig;
  const api::TargetRef ref{"x.io/v1", "Set", "s"};
  const Controller itself{"x.io/v1", "Set", "s", "u-s"}, sibling{"x.io/v2", "Set", "t", "u-t"};
  const Controller through{"apps/v1", "Deployment", "s-serve", "u-serve"};
  rig.object(replica_set("s-1"), through);
  rig.object(through, itself);
  rig.object(replica_set("canary-1"), kCanary);
  rig.object(kCanary, kNone);
  CHECK(rig.of(ref, {{"a", itself}, {"b", replica_set("s-1")}, {"c", replica_set("canary-1")}, {"d", sibling}}) ==
        "a b");
  CHECK(rig.target.ownership.empty());
  CHECK(rig.of(ref, {{"a", itself}, {"b", kNone}}) == "a b");
  CHECK(rig.target.ownership == "1 of 2 pods count by their labels: they name no controller (ownerReferences)");
  CHECK(rig.of(ref, {{"a", {"y.io/v1", "Engine", "e", "u-e"}}}) == "a");
  CHECK_THAT(rig.target.ownership,
             Catch::StartsWith("1 of 1 pods count by their labels: Engine e (y.io/v1) is of a kind"));
}

TEST_CASE("a chain without an end is followed so far and no further") {
  Rig rig;
  for (int i = 0; i < 20; ++i)
    rig.object(replica_set("r" + std::to_string(i)), replica_set("r" + std::to_string((i + 1) % 20)));
  CHECK(rig.of({"x.io/v1", "Set", "s"}, {{"a", replica_set("r0")}}) == "a");
  CHECK_THAT(rig.target.ownership, Catch::Contains("more than 8 deep"));
  CHECK(rig.reads() == 8);
}

TEST_CASE("where no owner is shown the labels count, said, and where none is its own, pods are unknown and not none") {
  Rig rig;
  rig.object(replica_set("canary-1"), kCanary);
  CHECK(rig.of(kWeb, {{"a", kNone}, {"b", replica_set("canary-1")}, {"c", kNone}}) == "a c");
  CHECK_THAT(rig.target.ownership, Catch::StartsWith("2 of 2 pods"));
  CHECK(rig.target.pods_unseen.empty());
  CHECK(rig.of(kWeb, {{"b", replica_set("canary-1")}}).empty());
  CHECK(rig.target.pods_unseen ==
        "of the 3 pods that the scale counts the selector 'app=a' finds none that the target owns, but pods of "
        "Deployment canary");
  CHECK(rig.of(kWeb, {}).empty());
  CHECK(rig.target.pods_unseen == "the selector 'app=a' matches none of the 3 pods that the scale counts");
  rig.counted = 0, rig.wanted = 2;
  CHECK(rig.of({"x.io/v1", "Set", "s"}, {}).empty());
  CHECK(rig.target.pods_unseen == "the selector 'app=a' matches none of the 2 replicas that the scale asks for");
  CHECK(rig.of(kWeb, {{"a", kNone}}).empty());
  CHECK(rig.target.pods_unseen.empty());
  CHECK(rig.target.ownership.empty());
}

TEST_CASE("which pods are removed first is known of ReplicaSets and of a StatefulSet, and of no other kind") {
  using ports::Removal;
  Rig rig;
  rig.object(replica_set("web-1"), kWebItself);
  rig.of(kWeb, {{"a", replica_set("web-1")}});
  CHECK(rig.target.removal == Removal::NotReadyFirst);
  rig.of({"apps/v1", "StatefulSet", "db"}, {{"db-0", {"apps/v1", "StatefulSet", "db", "u-db"}}});
  CHECK(rig.target.removal == Removal::HighestRank);
  const api::TargetRef custom{"example.com/v1", "Server", "llm"};
  const Controller self{"example.com/v1", "Server", "llm", "u-llm"}, leader{"apps/v1", "StatefulSet", "llm", "u-set"},
      other{"apps/v1", "StatefulSet", "llm-2", "u-set-2"};
  rig.object(leader, self);
  rig.object(other, self);
  rig.of(custom, {{"llm-0", leader}, {"llm-1", leader}});
  CHECK(rig.target.removal == Removal::HighestRank);
  rig.of(custom, {{"llm-0", leader}, {"llm-2-0", other}});  // whose ranks have nothing to do with each other
  CHECK(rig.target.removal == Removal::Unknown);
  rig.of(custom, {{"llm-a", self}});
  CHECK(rig.target.removal == Removal::Unknown);
}

namespace {

/// One claim for Deployment "web" of a namespace, with `pods` candidates whose ReplicaSets are all different.
struct Tenant {
  Tenant(const std::string& in, int pods) : ns(in) {
    target.uid = "u-web";
    target.selector = "app=a";
    for (int i = 0; i < pods; ++i) candidates.push_back({{}, replica_set(ns + std::to_string(i))});
  }
  std::string ns;
  ports::Target target;
  std::vector<Candidate> candidates;
};

void settle(Ownership& ownership, const std::vector<Tenant*>& tenants) {
  Claims claims;
  for (Tenant* tenant : tenants) {
    tenant->target.pods.clear(), tenant->target.ownership.clear();
    Claim& claim = claims.of_targets.emplace_back(Claim{tenant->ns, kWeb, &tenant->target});
    for (const Candidate& candidate : tenant->candidates) claim.candidates.push_back(&candidate);
  }
  ownership.settle(claims, Millis(1'000));
}

}  // namespace

TEST_CASE("a namespace with more owners to read than are read at a time keeps no other one waiting") {
  Rig rig;
  Tenant a("n", 12'000), z("z", 1);
  settle(rig.ownership, {&a, &z});
  const auto sent = rig.transport.sent();
  const auto is_zs = [](const auto& one) { return one.request.target.find("/namespaces/z/") != std::string::npos; };
  const auto first = std::find_if(sent.begin(), sent.end(), is_zs);
  CHECK(first - sent.begin() < 2);
  CHECK(sent.size() <= 9 * OwnerCache::kMostReads);
  CHECK(z.target.ownership.empty());
}

TEST_CASE("a namespace that has filled the room for owners gives way to others") {
  Rig rig;
  Tenant a("n", 21'000), z("z", 1);
  for (int i = 0; i < 4; ++i) settle(rig.ownership, {&a});
  CHECK_THAT(a.target.ownership, Catch::Contains("owners are kept of 20000 at most, and most of them for this"));
  settle(rig.ownership, {&a, &z});
  CHECK(z.target.ownership.empty());
}

TEST_CASE("a uid that a pod's author copied from another namespace changes nothing there") {
  Rig rig;
  const Controller mine = replica_set("web-1");
  rig.object(mine, {"apps/v1", "Deployment", "web", "u-web"});
  Tenant thief("a", 0), owner("n", 0);
  thief.candidates.push_back({{}, mine});
  owner.candidates.push_back({{}, mine});
  settle(rig.ownership, {&thief});
  settle(rig.ownership, {&thief, &owner});
  CHECK(thief.target.pods.empty());
  CHECK(owner.target.pods.size() == 1);
}
