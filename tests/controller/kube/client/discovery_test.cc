// Discovery of the scale subresource: found, refused with the words that help, cached and asked again.
#include "controller/kube/client/discovery.h"

#include <catch2/catch.hpp>

#include "tests/controller/http/fake_transport.h"
#include "tests/controller/kube/manual_clock.h"

using namespace aia;
using namespace aia::kube;
using http::FakeTransport;
using tests::ManualClock;

namespace {

const char* const kApps = R"({"kind":"APIResourceList","groupVersion":"apps/v1","resources":[
  {"name":"daemonsets","kind":"DaemonSet","namespaced":true},
  {"name":"deployments","kind":"Deployment","namespaced":true},
  {"name":"deployments/scale","kind":"Scale","group":"autoscaling","version":"v1","namespaced":true},
  {"name":"deployments/status","kind":"Deployment","namespaced":true},
  {"name":"pools","kind":"Pool","namespaced":false},
  {"name":"pools/scale","kind":"Scale","namespaced":false}]})";

const api::TargetRef kDeployment{"apps/v1", "Deployment", "d"};
const api::TargetRef kDaemonSet{"apps/v1", "DaemonSet", "d"};

struct Rig {
  FakeTransport transport;
  ManualClock clock;
  Discovery discovery{transport, clock};

  Result<Resource> ask(const api::TargetRef& target) {
    return discovery.scale_resources({target}, Millis(1000)).front();
  }
};

}  // namespace

TEST_CASE("a kind with scale is found once and then known") {
  Rig rig;
  rig.transport.answer(FakeTransport::json(kApps));
  const auto found = rig.ask(kDeployment);
  REQUIRE(found.ok());
  CHECK(*found == Resource{"apps", "v1", "deployments"});
  rig.clock.advance(std::chrono::hours(24));
  CHECK(rig.ask(kDeployment).ok());
  REQUIRE(rig.transport.sent().size() == 1);
  CHECK(rig.transport.sent()[0].request.target == "/apis/apps/v1");
}

TEST_CASE("what cannot be scaled is Invalid and says why") {
  Rig rig;
  rig.transport.answer(FakeTransport::json(kApps));
  rig.transport.answer(
      FakeTransport::json(R"({"resources":[{"name":"configmaps","kind":"ConfigMap","namespaced":true}]})"));
  rig.transport.answer(FakeTransport::json("404 page not found", 404));
  const auto answers = rig.discovery.scale_resources({kDaemonSet,
                                                      {"apps/v1", "Nothing", "d"},
                                                      {"apps/v1", "Pool", "d"},
                                                      {"v1", "ConfigMap", "c"},
                                                      {"x.io/v1", "X", "x"}},
                                                     Millis(1000));
  const std::vector<std::string> expected = {
      "apiVersion apps/v1, kind DaemonSet has no scale subresource",
      "apiVersion apps/v1, kind Nothing is not served by this cluster",
      "apiVersion apps/v1, kind Pool is cluster-scoped: a target must be in the AIAutoscaler's namespace",
      "apiVersion v1, kind ConfigMap has no scale subresource",
      "apiVersion x.io/v1, kind X is not served by this cluster"};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    REQUIRE_FALSE(answers[i].ok());
    CHECK(answers[i].error().kind == ErrorKind::Invalid);
    CHECK(answers[i].error().message == expected[i]);
  }
  REQUIRE(rig.transport.sent().size() == 3);
  CHECK(rig.transport.sent()[1].request.target == "/api/v1");
}

TEST_CASE("what sizes a pool may be cluster-scoped, and says whether it is") {
  Rig rig;
  rig.transport.answer(FakeTransport::json(kApps));
  const auto ask = [&](const api::ScaleRef& ref) {
    return rig.discovery.scale_resources(std::vector{scaled_kind(ref)}, Millis(1000)).front();
  };
  CHECK(*ask({"apps/v1", "Pool", "p", ""}) == Resource{"apps", "v1", "pools"});
  CHECK(ask({"apps/v1", "Deployment", "d", "n"}).ok());
  CHECK(ask({"apps/v1", "Pool", "p", "n"}).error().message ==
        "apiVersion apps/v1, kind Pool is cluster-scoped: remove scaleRef.namespace");
  CHECK(ask({"apps/v1", "Deployment", "d", ""}).error().message ==
        "apiVersion apps/v1, kind Deployment is namespaced: set scaleRef.namespace");
}

TEST_CASE("an apiVersion or a name that leads elsewhere is refused, and nothing is asked") {
  Rig rig;
  rig.transport.answer(FakeTransport::json(kApps));
  for (const char* api_version : {"", "../", "/v1", "apps/", "/", ".", "..", "./v1", "apps/..", "../v1"}) {
    INFO(api_version);
    const auto answer = rig.ask({api_version, "Deployment", "d"});
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().kind == ErrorKind::Invalid);
    CHECK_THAT(answer.error().message, Catch::Contains("has an apiVersion that is none"));
  }
  CHECK(rig.transport.sent().empty());
  for (const char* name : {"", ".", ".."}) {
    INFO(name);
    const auto answer = rig.ask({"apps/v1", "Deployment", name});
    REQUIRE_FALSE(answer.ok());
    CHECK_THAT(answer.error().message, Catch::Contains("is named as no object can be"));
  }
  const Json nameless = {
      {"resources",
       {{{"name", ".."}, {"kind", "X"}, {"namespaced", true}}, {{"name", "../scale"}, {"kind", "Scale"}}}}};
  CHECK_FALSE(scale_resource_in(served_kinds(nameless), {"x.io/v1", "X", "x"}).ok());
}

TEST_CASE("a no is kept for 30 s, then asked again") {
  Rig rig;
  rig.transport.answer(FakeTransport::json("{}", 404));
  CHECK_FALSE(rig.ask(kDeployment).ok());
  rig.clock.advance(Millis(29'999));
  CHECK_FALSE(rig.ask(kDeployment).ok());
  CHECK(rig.transport.sent().size() == 1);
  rig.clock.advance(Millis(1));
  rig.transport.answer(FakeTransport::json(kApps));
  CHECK(rig.ask(kDeployment).ok());
}

TEST_CASE("a yes survives that a no is asked again and not answered") {
  Rig rig;
  rig.transport.answer(FakeTransport::json(kApps));
  CHECK_FALSE(rig.ask(kDaemonSet).ok());
  rig.clock.advance(std::chrono::seconds(31));
  rig.transport.answer(Error{ErrorKind::Timeout, "slow", {}});
  CHECK(rig.ask(kDaemonSet).error().kind == ErrorKind::Timeout);
  CHECK(rig.ask(kDeployment).ok());
}

TEST_CASE("trouble of the server is handed on and not remembered") {
  Rig rig;
  rig.transport.answer(FakeTransport::json("oh", 503));
  const auto failed = rig.ask(kDeployment);
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().kind == ErrorKind::Unavailable);
  CHECK(failed.error().message == "discovery of apps/v1: oh (HTTP 503)");
  rig.transport.answer(FakeTransport::json(kApps));
  CHECK(rig.ask(kDeployment).ok());
}

TEST_CASE("what is forgotten is asked again") {
  Rig rig;
  rig.transport.answer(FakeTransport::json(kApps));
  CHECK(rig.ask(kDeployment).ok());
  rig.discovery.forget("apps/v1");
  rig.transport.answer(FakeTransport::json("{}", 404));
  CHECK_FALSE(rig.ask(kDeployment).ok());
}

TEST_CASE("versions that people invent are asked about a hundred at a time, ever less often, and forgotten") {
  Rig rig;
  int asked = 0;
  rig.transport.on([&](const http::Request& request) -> std::optional<Result<http::Response>> {
    ++asked;
    if (request.target == "/apis/apps/v1") return FakeTransport::json(kApps);
    return FakeTransport::json("404 page not found", 404);
  });
  std::vector<api::TargetRef> all{kDeployment};
  for (int i = 0; i < 2'000; ++i) all.push_back({"x" + std::to_string(i) + ".io/v1", "X", "x"});
  auto answers = rig.discovery.scale_resources(all, Millis(1000));
  CHECK(asked == 100);
  CHECK(answers[0].ok());
  CHECK(answers[99].error().kind == ErrorKind::Invalid);
  CHECK(answers[100].error().kind == ErrorKind::Timeout);
  CHECK(
      answers[100].error().message ==
      "discovery of x99.io/v1: waits for a later cycle, because more than 100 API versions are asked about at a time; "
      "look for AIAutoscalers whose scaleTargetRef.apiVersion is not served");
  for (int i = 0; i < 100; ++i) {  // more of them than are kept
    asked = 0;
    CHECK(rig.discovery.scale_resources(all, Millis(1000))[0].ok());
    CHECK(asked <= 100);
  }
  CHECK(rig.ask(kDeployment).ok());

  all.resize(50);
  asked = 0;
  for (int i = 0; i < 120; ++i) {  // in an hour: after 30 s, one, two, four minutes, then every five
    rig.clock.advance(std::chrono::seconds(30));
    static_cast<void>(rig.discovery.scale_resources(all, Millis(1000)));
  }
  CHECK(asked <= 49 * 16);
  CHECK(asked >= 49 * 12);

  rig.clock.advance(std::chrono::minutes(11));
  CHECK_FALSE(rig.ask({"y.io/v1", "Y", "y"}).ok());
  asked = 0;
  CHECK(rig.ask(kDeployment).ok());  // it was forgotten with all others that nobody named
  CHECK(asked == 1);
}
