// Forecasts on the wire: the object only when it is absent or changed, its status every time.
#include "controller/kube/report/forecast_writer.h"

#include <catch2/catch.hpp>

#include "tests/controller/http/fake_transport.h"

using namespace aia;
using namespace aia::kube;
using http::FakeTransport;

namespace {

const std::string kPath = "/apis/aiautoscaler.io/v1alpha1/namespaces/serving/forecasts/llama.requests";
const std::string kApply = "?fieldManager=aiautoscaler&force=true";
const char* const kNotFound = R"({"kind":"Status","code":404,"reason":"NotFound","message":"not found"})";

api::Forecast forecast() {
  api::Forecast made;
  made.meta.ns = "serving";
  made.meta.name = "llama.requests";
  made.autoscaler = "llama";
  made.autoscaler_uid = "u-1";
  made.demand = "requests";
  made.target = {"apps/v1", "Deployment", "llama-70b"};
  made.status.model = "LastValue";
  made.status.now = 118;
  return made;
}

struct Rig {
  FakeTransport transport;
  Store<StoredForecast> stored{stored_forecast_from_json};
  ForecastWriter writer{transport, stored};

  /// The server's copy, as the watch brings it.
  void seen(const std::string& uid, int generation) {
    stored.apply(Upserted{
        Json{{"metadata",
              {{"namespace", "serving"}, {"name", "llama.requests"}, {"uid", uid}, {"generation", generation}}}}});
  }
  void applied(const std::string& uid, int generation) {
    transport.answer(FakeTransport::json(R"({"metadata":{"uid":")" + uid + R"(","generation":)" +
                                         std::to_string(generation) + "}}"));
  }
  /// Writes, and says which requests that took.
  std::string write(const api::Forecast& what = forecast()) {
    const std::size_t before = transport.sent().size();
    const Status status = writer.write(what, Millis(1000));
    std::string all = status ? "" : "failed: " + status.error().message + " ";
    const auto sent = transport.sent();
    for (std::size_t i = before; i < sent.size(); ++i) {
      all += sent[i].request.target == kPath + kApply ? "object " : "";
      all += sent[i].request.target == kPath + "/status" + kApply ? "status " : "";
    }
    return all;
  }
};

}  // namespace

TEST_CASE("what is applied, to the letter") {
  Rig rig;
  rig.applied("f-1", 1);
  rig.transport.answer(FakeTransport::json("{}"));
  CHECK(rig.write() == "object status ");
  const auto sent = rig.transport.sent();
  CHECK(sent[0].request.method == "PATCH");
  CHECK(sent[0].request.headers.back().second == "application/apply-patch+yaml");
  CHECK(*parse_json(sent[0].request.body) == *parse_json(R"({
    "apiVersion": "aiautoscaler.io/v1alpha1", "kind": "Forecast",
    "metadata": {"name": "llama.requests", "namespace": "serving",
                 "labels": {"aiautoscaler.io/autoscaler": "llama"},
                 "ownerReferences": [{"apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AIAutoscaler", "name": "llama",
                                      "uid": "u-1", "controller": true, "blockOwnerDeletion": true}]},
    "spec": {"autoscaler": "llama", "demand": "requests",
             "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "llama-70b"}}})"));
  const Json status = *parse_json(sent[1].request.body);
  CHECK(status["metadata"] == Json{{"name", "llama.requests"}, {"namespace", "serving"}});
  CHECK(status["status"]["model"] == "LastValue");
  CHECK(status["status"]["now"] == "118");
  CHECK_FALSE(status.contains("spec"));
}

TEST_CASE("the object is applied again only when it was not seen yet, changed, or is another") {
  Rig rig;
  const auto expect = [&](bool object) {
    if (object) rig.applied("f-1", 1);
    rig.transport.answer(FakeTransport::json("{}"));
  };
  expect(true);
  CHECK(rig.write() == "object status ");
  expect(true);
  CHECK(rig.write() == "object status ");  // the watch has not brought it yet
  rig.seen("f-1", 1);
  expect(false);
  CHECK(rig.write() == "status ");
  api::Forecast changed = forecast();
  changed.target.name = "llama-8b";
  expect(true);
  CHECK(rig.write(changed) == "object status ");
  expect(true);
  CHECK(rig.write() == "object status ");
  rig.seen("f-1", 2);  // somebody changed its spec
  expect(true);
  CHECK(rig.write() == "object status ");
  rig.seen("f-2", 1);  // deleted and made again
  expect(true);
  CHECK(rig.write() == "object status ");
}

TEST_CASE("a Forecast that was deleted a moment ago is made anew") {
  Rig rig;
  rig.applied("f-1", 1);
  rig.transport.answer(FakeTransport::json("{}"));
  CHECK(rig.write() == "object status ");
  rig.seen("f-1", 1);
  rig.transport.answer(FakeTransport::json(kNotFound, 404));
  rig.applied("f-2", 1);
  rig.transport.answer(FakeTransport::json("{}"));
  CHECK(rig.write() == "status object status ");
}

TEST_CASE("failures name the Forecast, deleting what is gone is done") {
  Rig rig;
  rig.transport.answer(FakeTransport::json(R"({"kind":"Status","code":403,"message":"no"})", 403));
  CHECK(rig.write() == "failed: Forecast serving/llama.requests: no (HTTP 403) object ");
  rig.applied("f-1", 1);
  rig.transport.answer(FakeTransport::json(R"({"kind":"Status","code":422,"message":"bad"})", 422));
  CHECK(rig.write() == "failed: status of Forecast serving/llama.requests: bad (HTTP 422) object status ");

  rig.transport.answer(FakeTransport::json(kNotFound, 404));
  CHECK(rig.writer.remove({"serving", "llama.requests"}, Millis(1000)).ok());
  CHECK(rig.transport.sent().back().request.method == "DELETE");
  CHECK(rig.transport.sent().back().request.target == kPath);
  rig.transport.answer(FakeTransport::json("{}", 503));
  CHECK(rig.writer.remove({"serving", "llama.requests"}, Millis(1000)).error().kind == ErrorKind::Unavailable);
}

TEST_CASE("a long name is a label of 63 characters that ends as labels must") {
  api::Forecast made = forecast();
  made.autoscaler = std::string(61, 'a') + "-.bcd";
  CHECK(forecast_document(made)["metadata"]["labels"]["aiautoscaler.io/autoscaler"] == std::string(61, 'a'));
}
