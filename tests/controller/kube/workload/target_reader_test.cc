// Reading targets: what is asked, how scale, rollout and pods come together, and that one target's trouble is its own.
#include "controller/kube/workload/target_reader.h"

#include <malloc.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/controller/http/fake_transport.h"
#include "tests/controller/kube/manual_clock.h"

using namespace aia;
using namespace aia::kube;
using http::FakeTransport;
using tests::ManualClock;

namespace {

const char* const kApps = R"({"resources":[{"name":"deployments","kind":"Deployment","namespaced":true},
  {"name":"deployments/scale","kind":"Scale"},{"name":"statefulsets","kind":"StatefulSet","namespaced":true},
  {"name":"statefulsets/scale","kind":"Scale"}]})";
const char* const kOther = R"({"resources":[{"name":"sets","kind":"Set","namespaced":true},
  {"name":"sets/scale","kind":"Scale"}]})";
const char* const kSettled = R"({"metadata":{"generation":1},"spec":{"replicas":3,
  "template":{"spec":{"containers":[{"name":"s","resources":{"limits":{"nvidia.com/gpu":"8"}}}]}}},
  "status":{"observedGeneration":1,"replicas":3,"updatedReplicas":3,"conditions":[{"type":"Progressing","reason":"NewReplicaSetAvailable"}]}})";

std::string scale(int replicas, const std::string& selector) {
  return R"({"kind":"Scale","metadata":{"resourceVersion":"77","uid":"u-1"},"spec":{"replicas":)" +
         std::to_string(replicas) + R"(},"status":{"replicas":1,"selector":")" + selector + R"("}})";
}

api::Autoscaler autoscaler(const std::string& ns, const std::string& kind, const std::string& name) {
  api::Autoscaler made;
  made.meta.ns = ns;
  made.meta.name = "aia-" + name;
  made.spec.target = {kind == "Set" ? "x.io/v1" : "apps/v1", kind, name};
  return made;
}

struct Rig {
  Rig() {
    transport.on([this](const http::Request& request) -> std::optional<Result<http::Response>> {
      const auto found = answers.find(request.target);
      if (found == answers.end()) return std::nullopt;
      return found->second;
    });
    answers.insert({"/apis/apps/v1", FakeTransport::json(kApps)});
    answers.insert({"/apis/x.io/v1", FakeTransport::json(kOther)});
  }

  void pod(const std::string& ns, const std::string& name, const std::string& app) {
    pods.apply(Upserted{Json{{"metadata", {{"namespace", ns}, {"name", name}, {"labels", {{"app", app}}}}}}});
  }

  FakeTransport transport;
  ManualClock clock;
  Store<LabelledPod> pods{pod_from_json};
  Discovery discovery{transport, clock};
  TargetReader reader{transport, clock, discovery, pods};
  std::map<std::string, Result<http::Response>> answers;
};

std::string names(const std::vector<ports::Pod>& pods) {
  std::string all;
  for (const ports::Pod& pod : pods) all += pod.name + " ";
  return all;
}

}  // namespace

TEST_CASE("scale, rollout and the pods that the selector matches in the target's namespace") {
  Rig rig;
  const std::string base = "/apis/apps/v1/namespaces/serving/deployments/";
  rig.answers.insert({base + "a/scale", FakeTransport::json(scale(3, "app=a"))});
  rig.answers.insert({base + "a", FakeTransport::json(kSettled)});
  rig.answers.insert({"/apis/x.io/v1/namespaces/other/sets/s/scale", FakeTransport::json(scale(0, ""))});
  rig.pod("serving", "a-1", "a");
  rig.pod("serving", "a-2", "a");
  rig.pod("serving", "b-1", "b");
  rig.pod("other", "a-3", "a");
  const auto targets =
      rig.reader.read({autoscaler("serving", "Deployment", "a"), autoscaler("other", "Set", "s")}, Millis(1000));
  REQUIRE(targets.size() == 2);
  REQUIRE(targets[0].ok());
  CHECK(targets[0]->spec_replicas == 3);
  CHECK(targets[0]->resource_version == "77");
  CHECK(targets[0]->uid == "u-1");
  CHECK(targets[0]->selector == "app=a");
  CHECK(targets[0]->rollout.empty());
  CHECK(names(targets[0]->pods) == "a-1 a-2 ");
  REQUIRE(targets[0]->replica);
  CHECK(api::gpus_of(*targets[0]->replica) == 8);
  REQUIRE(targets[1].ok());
  CHECK(targets[1]->spec_replicas == 0);
  CHECK(targets[0]->status_replicas == 1);
  CHECK(targets[0]->pods_unseen.empty());
  CHECK(targets[1]->pods.empty());  // no selector published: not "all pods", and not none
  CHECK(targets[1]->status_replicas == 1);
  CHECK(targets[1]->pods_unseen ==
        "the scale publishes no selector (status.selector): give the kind's scale subresource a labelSelectorPath");
  CHECK_FALSE(targets[1]->replica);
  CHECK(targets[1]->rollout.empty());  // a kind of which no rollout is known
  CHECK_THAT(targets[1]->replica_problem, Catch::StartsWith("its pod template cannot be read: "));
  CHECK(rig.transport.sent().size() == 6);
}

TEST_CASE("each target's trouble is its own") {
  Rig rig;
  const std::string base = "/apis/apps/v1/namespaces/n/deployments/";
  const char* const gone = R"({"kind":"Status","code":404,"message":"deployments.apps \"gone\" not found",
    "details":{"name":"gone","kind":"deployments"}})";
  const char* const no = R"({"kind":"Status","code":403,"reason":"Forbidden","message":"no"})";
  rig.answers.insert({base + "ok/scale", FakeTransport::json(scale(1, "app=ok"))});
  rig.answers.insert({base + "ok", FakeTransport::json(no, 403)});
  rig.answers.insert({base + "gone/scale", FakeTransport::json(gone, 404)});
  rig.answers.insert({base + "gone", FakeTransport::json(gone, 404)});
  rig.answers.insert({base + "secret/scale", FakeTransport::json(no, 403)});
  rig.answers.insert({base + "odd/scale", FakeTransport::json(scale(1, "a b"))});
  rig.answers.insert({base + "odd", FakeTransport::json(kSettled)});
  rig.answers.insert({base + "nonsense/scale", FakeTransport::json("{}")});
  rig.pod("n", "ok-1", "ok");
  const auto targets = rig.reader.read(
      {autoscaler("n", "Deployment", "gone"), autoscaler("n", "Deployment", "secret"),
       autoscaler("n", "Deployment", "odd"), autoscaler("n", "Nothing", "x"), autoscaler("n", "Deployment", "nonsense"),
       autoscaler("n", "Deployment", "down"), autoscaler("n", "Deployment", "ok")},
      Millis(1000));
  REQUIRE(targets.size() == 7);
  CHECK(targets[0].error().kind == ErrorKind::NotFound);
  CHECK(targets[0].error().message == "apps/v1 Deployment gone: deployments.apps \"gone\" not found (HTTP 404)");
  CHECK(targets[1].error().kind == ErrorKind::Forbidden);
  REQUIRE(targets[2].ok());
  CHECK_THAT(targets[2]->pods_unseen, Catch::StartsWith("the scale's selector does not parse: label selector 'a b'"));
  CHECK(targets[2]->pods.empty());
  CHECK(targets[3].error().kind == ErrorKind::Invalid);
  CHECK(targets[4].error().kind == ErrorKind::Unavailable);
  CHECK(targets[5].error().kind == ErrorKind::Unavailable);
  REQUIRE(targets[6].ok());
  CHECK(targets[6]->rollout == "it cannot be read: no (HTTP 403)");
  CHECK(targets[6]->progress_deadline == Millis::max());  // what is not seen does not stall
  CHECK(names(targets[6]->pods) == "ok-1 ");
  CHECK(targets[6]->replica_problem == "its pod template cannot be read: no (HTTP 403)");
}

TEST_CASE("a 404 of the path, not of the object, is discovered anew") {
  Rig rig;
  rig.answers.insert({"/apis/x.io/v1/namespaces/n/sets/s/scale", FakeTransport::json("404 page not found", 404)});
  CHECK(rig.reader.read({autoscaler("n", "Set", "s")}, Millis(1000))[0].error().kind == ErrorKind::NotFound);
  rig.answers.insert_or_assign("/apis/x.io/v1", FakeTransport::json("404 page not found", 404));
  const auto again = rig.reader.read({autoscaler("n", "Set", "s")}, Millis(1000));
  CHECK(again[0].error().message == "apiVersion x.io/v1, kind Set is not served by this cluster");
}

TEST_CASE("pods that the scale counts and the selector does not find are unseen") {
  Rig rig;
  rig.answers.insert({"/apis/x.io/v1/namespaces/n/sets/s/scale", FakeTransport::json(scale(2, "app=elsewhere"))});
  rig.pod("n", "s-1", "s");
  const auto targets = rig.reader.read({autoscaler("n", "Set", "s")}, Millis(1000));
  REQUIRE(targets[0].ok());
  CHECK(targets[0]->pods_unseen == "the selector 'app=elsewhere' matches none of the 1 pods that the scale counts");
}

TEST_CASE("what the target's own object says: order of starts, progress deadline, who set the replicas") {
  struct Row {
    const char* kind;
    const char* spec;
    bool ordered;
    int deadline_s;
  };
  const Row rows[] = {{"Deployment", R"({"progressDeadlineSeconds":90})", false, 90},
                      {"Deployment", R"({"progressDeadlineSeconds":2147483647})", false, 600},
                      {"Deployment", "{}", false, 600},
                      {"StatefulSet", R"({"podManagementPolicy":"OrderedReady"})", true, 600},
                      {"StatefulSet", "{}", true, 600},
                      {"StatefulSet", R"({"podManagementPolicy":"Parallel","progressDeadlineSeconds":9})", false, 600}};
  for (const Row& row : rows) {
    CAPTURE(row.kind, row.spec);
    Rig rig;
    const std::string path = std::string("/apis/apps/v1/namespaces/n/") +
                             (row.kind == std::string("Deployment") ? "deployments" : "statefulsets") + "/t";
    rig.answers.insert({path + "/scale", FakeTransport::json(scale(3, "app=t"))});
    rig.answers.insert({path, FakeTransport::json(R"({"metadata":{"managedFields":[{"manager":"argocd",
      "fieldsV1":{"f:spec":{"f:replicas":{}}}}]},"spec":)" +
                                                  std::string(row.spec) + "}")});
    const auto targets = rig.reader.read({autoscaler("n", row.kind, "t")}, Millis(1000));
    REQUIRE(targets[0].ok());
    CHECK(targets[0]->ordered == row.ordered);
    CHECK(targets[0]->progress_deadline == std::chrono::seconds(row.deadline_s));
    CHECK(targets[0]->replicas_writer == "argocd");
  }
}

TEST_CASE("no autoscalers, no requests") {
  Rig rig;
  CHECK(rig.reader.read({}, Millis(1000)).empty());
  CHECK(rig.transport.sent().empty());
}

TEST_CASE("a StatefulSet's first rank, and another pod template is another version") {
  const auto read = [](const std::string& spec) {
    Rig rig;
    const std::string path = "/apis/apps/v1/namespaces/n/statefulsets/t";
    rig.answers.insert({path + "/scale", FakeTransport::json(scale(3, "app=t"))});
    rig.answers.insert({path, FakeTransport::json(R"({"spec":)" + spec + "}")});
    return rig.reader.read({autoscaler("n", "StatefulSet", "t")}, Millis(1000)).front().value();
  };
  const auto first = read(R"({"ordinals":{"start":5},"template":{"metadata":{"labels":{"v":"1"}}}})");
  CHECK(first.first_rank == 5);
  CHECK(read(R"({"replicas":9,"template":{"metadata":{"labels":{"v":"1"}}}})").pod_template == first.pod_template);
  CHECK(read(R"({"template":{"metadata":{"labels":{"v":"2"}}}})").pod_template != first.pod_template);
}

TEST_CASE("targets are asked for in the order given, the scale and the object of each") {
  Rig rig;
  static_cast<void>(
      rig.reader.read({autoscaler("b", "Deployment", "x"), autoscaler("a", "Deployment", "y")}, Millis(1000)));
  std::vector<std::string> asked;
  for (const auto& sent : rig.transport.sent()) asked.push_back(sent.request.target);
  CHECK(asked == std::vector<std::string>{"/apis/apps/v1", "/apis/apps/v1/namespaces/b/deployments/x/scale",
                                          "/apis/apps/v1/namespaces/b/deployments/x",
                                          "/apis/apps/v1/namespaces/a/deployments/y/scale",
                                          "/apis/apps/v1/namespaces/a/deployments/y"});
}

TEST_CASE("of those that name one target four get it: first those that may act, then the oldest") {
  Rig rig;
  const std::string path = "/apis/apps/v1/namespaces/n/deployments/t";
  rig.answers.insert({path + "/scale", FakeTransport::json(scale(3, "app=t"))});
  rig.answers.insert({path, FakeTransport::json(kSettled)});
  rig.answers.insert({"/apis/apps/v1/namespaces/m/deployments/t/scale", FakeTransport::json(scale(1, "app=t"))});
  rig.answers.insert({"/apis/apps/v1/namespaces/m/deployments/t", FakeTransport::json(kSettled)});
  rig.pod("n", "t-1", "t");
  struct Row {
    const char* name;
    api::Mode mode;
    int created_s;
    bool served;
  };
  const Row rows[] = {{"watches-first", api::Mode::Recommend, 1, true}, {"acts-late", api::Mode::Auto, 9, true},
                      {"watches-b", api::Mode::Recommend, 3, false},    {"watches-a", api::Mode::Recommend, 3, true},
                      {"watches-last", api::Mode::Recommend, 4, false}, {"paused", api::Mode::Paused, 8, true}};
  std::vector<api::Autoscaler> autoscalers;
  for (const Row& row : rows) {
    autoscalers.push_back(autoscaler("n", "Deployment", "t"));
    autoscalers.back().meta.name = row.name;
    autoscalers.back().meta.created = WallTime(std::chrono::seconds(row.created_s));
    autoscalers.back().spec.mode = row.mode;
  }
  autoscalers.push_back(autoscaler("m", "Deployment", "t"));  // another one, of the same name
  const auto targets = rig.reader.read(autoscalers, Millis(1000));
  CHECK(rig.transport.sent().size() == 5);  // the kinds, and of each target its scale and its object
  REQUIRE(targets.size() == 7);
  for (std::size_t i = 0; i < 6; ++i) {
    CAPTURE(rows[i].name);
    REQUIRE(targets[i].ok() == rows[i].served);
    if (!targets[i]) {
      CHECK(targets[i].error().kind == ErrorKind::Conflict);
      CHECK(targets[i].error().message ==
            "more than 4 AIAutoscalers name apps/v1 Deployment t: remove those that nobody needs");
      continue;
    }
    CHECK(targets[i]->spec_replicas == 3);
    CHECK(targets[i]->replica);
    CHECK(names(targets[i]->pods) == "t-1 ");
  }
  REQUIRE(targets[6].ok());
  CHECK(targets[6]->spec_replicas == 1);
}

TEST_CASE("what is asked for a target is its namespace's, and no larger than an object can be") {
  Rig rig;
  static_cast<void>(rig.reader.read({autoscaler("a", "Deployment", "x")}, Millis(1000)));
  const auto sent = rig.transport.sent();
  REQUIRE(sent.size() == 3);
  for (std::size_t i = 1; i < 3; ++i) {
    CHECK(sent[i].request.tenant == "a");
    CHECK(sent[i].request.max_body_bytes == 4U << 20U);
  }
}

namespace {

/// Answers one after another with objects of `fat` bytes, and keeps the most memory that was in use in between: what
/// the reader holds. Sanitizers' allocators count none.
class FatTransport final : public http::Transport {
 public:
  explicit FatTransport(std::size_t fat) : annotation_(fat, 'x') {}

  Result<http::Response> send(const http::Request& request, Millis) override {
    if (request.target == "/apis/apps/v1") return FakeTransport::json(kApps);
    if (request.target.ends_with("/scale")) return FakeTransport::json(scale(3, "app=a"));
    Json object = Json::parse(kSettled);
    object["metadata"]["annotations"]["a"] = annotation_;
    object["spec"]["template"]["spec"]["containers"][0]["env"] = Json::array({{{"name", "E"}, {"value", annotation_}}});
    return FakeTransport::json(dump_json(object));
  }

  void send_each(const std::vector<http::Request>& requests, Millis deadline, const http::AnswerSink& take) override {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      take(i, send(requests[i], deadline));
      most_ = std::max(most_, in_use());
    }
    asked_ += requests.size();
  }

  Result<http::Response> stream(const http::Request&, const http::ChunkSink&, std::stop_token, Millis) override {
    return Error{};
  }

  static std::size_t in_use() {
    const auto heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
  }

  [[nodiscard]] std::size_t most() const { return most_; }
  [[nodiscard]] std::size_t asked() const { return asked_; }

 private:
  const std::string annotation_;
  std::size_t most_ = 0, asked_ = 0;
};

}  // namespace

TEST_CASE("of two thousand fat targets no more is kept than what counts") {
  constexpr std::size_t kTargets = 2'000, kFat = 20'000;
  FatTransport transport(kFat);
  ManualClock clock;
  Store<LabelledPod> pods{pod_from_json};
  Discovery discovery{transport, clock};
  TargetReader reader{transport, clock, discovery, pods};
  std::vector<api::Autoscaler> autoscalers;
  for (std::size_t i = 0; i < kTargets; ++i)
    autoscalers.push_back(autoscaler("n", "Deployment", "t" + std::to_string(i)));
  const std::size_t before = FatTransport::in_use();
  const auto targets = reader.read(autoscalers, Millis(1000));
  CHECK(transport.asked() == 2 * kTargets + 1);
  CHECK(std::all_of(targets.begin(), targets.end(), [](const auto& target) { return target && target->replica; }));
  CHECK(transport.most() < before + kTargets * kFat / 4);  // the objects are twice kTargets * kFat
}

TEST_CASE("a selector that nobody writes is not kept") {
  Rig rig;
  rig.answers.insert(
      {"/apis/x.io/v1/namespaces/n/sets/s/scale", FakeTransport::json(scale(3, "app=" + std::string(40'000, 'x')))});
  const auto targets = rig.reader.read({autoscaler("n", "Set", "s")}, Millis(1000));
  REQUIRE(targets[0].ok());
  CHECK(targets[0]->selector.empty());
  CHECK(targets[0]->pods_unseen == "the scale's selector is longer than 32768 bytes");
}
