// Events on the wire, and the same event again as a series.
#include "controller/kube/report/event_recorder.h"

#include <catch2/catch.hpp>

#include "tests/controller/http/fake_transport.h"
#include "tests/controller/kube/manual_clock.h"

using namespace aia;
using namespace aia::kube;
using http::FakeTransport;
using tests::ManualClock;

namespace {

const std::string kPath = "/apis/events.k8s.io/v1/namespaces/serving/events";

struct Rig {
  FakeTransport transport;
  ManualClock clock;
  EventRecorder recorder{transport, clock, [] {
                           EventRecorderOptions options;
                           options.instance = "pod-1";
                           options.max_series = 3;
                           return options;
                         }()};

  /// Writes, and says how: "POST", "PATCH" or both.
  std::string write(const ports::Event& event) {
    const std::size_t before = transport.sent().size();
    const Status status = recorder.write(about(), event, Millis(1000));
    std::string all = status ? "" : "failed ";
    const auto sent = transport.sent();
    for (std::size_t i = before; i < sent.size(); ++i) all += sent[i].request.method + " ";
    return all;
  }
  void ok() { transport.answer(FakeTransport::json("{}", 201)); }

  static Regarding about() {
    api::Autoscaler made;
    made.meta.ns = "serving";
    made.meta.name = "llama";
    made.meta.uid = "u-1";
    made.meta.resource_version = "5";
    return regarding(made);
  }
};

const ports::Event kScaled{false, api::Code::ScaledOut, api::EventAction::ScaleOut, "3 -> 5 replicas"};

}  // namespace

TEST_CASE("a new event, to the letter") {
  Rig rig;
  rig.ok();
  CHECK(rig.write(kScaled) == "POST ");
  const http::Request request = rig.transport.sent()[0].request;
  CHECK(request.target == kPath + "?fieldManager=aiautoscaler");
  Json body = *parse_json(request.body);
  CHECK_THAT(body["metadata"]["name"].get<std::string>(), Catch::Matches("llama\\.[0-9a-f]+\\.1"));
  body["metadata"].erase("name");
  CHECK(body == *parse_json(R"({
    "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"namespace": "serving"},
    "eventTime": "2026-11-18T11:06:40.000000Z", "reportingController": "aiautoscaler.io/controller",
    "reportingInstance": "pod-1", "type": "Normal", "reason": "ScaledOut", "action": "ScaleOut",
    "note": "3 -> 5 replicas",
    "regarding": {"apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AIAutoscaler", "namespace": "serving",
                  "name": "llama", "uid": "u-1", "resourceVersion": "5"}})"));
}

TEST_CASE("about a cluster-scoped object it goes to namespace default, and names none") {
  Rig rig;
  rig.ok();
  rig.ok();
  api::AcceleratorPool pool;
  pool.meta.name = "h100";
  CHECK(rig.recorder.write(regarding(pool), kScaled, Millis(1000)).ok());
  CHECK(rig.recorder.write(regarding(pool), kScaled, Millis(1000)).ok());
  const auto sent = rig.transport.sent();
  CHECK(sent[0].request.target == "/apis/events.k8s.io/v1/namespaces/default/events?fieldManager=aiautoscaler");
  CHECK(sent[1].request.target.rfind("/apis/events.k8s.io/v1/namespaces/default/events/h100.", 0) == 0);
  const Json body = *parse_json(sent[0].request.body);
  CHECK(body["metadata"]["namespace"] == "default");
  CHECK(body["regarding"]["kind"] == "AcceleratorPool");
  CHECK_FALSE(body["regarding"].contains("namespace"));
}

TEST_CASE("the same again within six minutes raises the first one's count") {
  Rig rig;
  for (int i = 0; i < 3; ++i) rig.ok();
  CHECK(rig.write(kScaled) == "POST ");
  rig.clock.advance(std::chrono::minutes(5));
  CHECK(rig.write(kScaled) == "PATCH ");
  rig.clock.advance(std::chrono::minutes(5));
  CHECK(rig.write(kScaled) == "PATCH ");
  const auto sent = rig.transport.sent();
  const std::string name = parse_json(sent[0].request.body)->at("metadata").at("name");
  CHECK(sent[2].request.target == kPath + "/" + name + "?fieldManager=aiautoscaler");
  CHECK(*parse_json(sent[2].request.body) ==
        *parse_json(R"({"series":{"count":3,"lastObservedTime":"2026-11-18T11:16:40.000000Z"}})"));
  rig.clock.advance(std::chrono::minutes(6));
  rig.ok();
  CHECK(rig.write(kScaled) == "POST ");
}

TEST_CASE("another note, action or type is another event") {
  Rig rig;
  for (int i = 0; i < 3; ++i) rig.ok();
  CHECK(rig.write({false, api::Code::ScaledOut, api::EventAction::ScaleOut, "a"}) == "POST ");
  CHECK(rig.write({false, api::Code::ScaledOut, api::EventAction::ScaleOut, "b"}) == "POST ");
  CHECK(rig.write({true, api::Code::ScaledOut, api::EventAction::ScaleOut, "a"}) == "POST ");
}

TEST_CASE("an event that expired at the server is made anew, other failures are told") {
  Rig rig;
  rig.ok();
  CHECK(rig.write(kScaled) == "POST ");
  rig.transport.answer(FakeTransport::json("{}", 404));
  rig.ok();
  CHECK(rig.write(kScaled) == "PATCH POST ");
  rig.transport.answer(FakeTransport::json("{}", 403));
  CHECK(rig.write(kScaled) == "failed PATCH ");
  rig.transport.answer(FakeTransport::json("{}", 403));
  CHECK(rig.write({false, api::Code::Conflict, api::EventAction::Reconcile, ""}) == "failed POST ");
}

TEST_CASE("remembered series are bounded: the one quiet for longest goes") {
  Rig rig;
  for (const char* note : {"a", "b", "c", "d"}) {
    rig.ok();
    CHECK(rig.write({false, api::Code::ScaledOut, api::EventAction::ScaleOut, note}) == "POST ");
    rig.clock.advance(Millis(1));
  }
  rig.ok();
  CHECK(rig.write({false, api::Code::ScaledOut, api::EventAction::ScaleOut, "b"}) == "PATCH ");
  rig.ok();
  CHECK(rig.write({false, api::Code::ScaledOut, api::EventAction::ScaleOut, "a"}) == "POST ");
}

TEST_CASE("what is too long is cut to what the server takes") {
  EventRecorderOptions options;
  options.instance = std::string(300, 'i');
  const Json body =
      event_document(Rig::about(), {true, api::Code::ScaledOut, api::EventAction::ScaleOut, std::string(5000, 'n')},
                     "x", WallTime{}, options);
  CHECK(body["note"].get<std::string>().size() <= 1024);
  CHECK(body["reportingInstance"].get<std::string>().size() == 128);
  CHECK(body["type"] == "Warning");
}
