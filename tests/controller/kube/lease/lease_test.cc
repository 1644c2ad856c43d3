// The lease's shell over a scripted API server: the object on the wire, the guard before every write, and the keeper
// that takes, keeps and gives back.
#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>

#include "controller/kube/lease/lease_guard.h"
#include "controller/kube/lease/lease_keeper.h"
#include "tests/controller/http/fake_transport.h"
#include "tests/controller/kube/eventually.h"
#include "tests/wall_time.h"

using namespace aia;
using namespace aia::kube;
using namespace std::chrono_literals;
using http::FakeTransport;
using testing::kPatience;
using testing::scaled;
using tests::eventually;

namespace {

const char* kPath = "/apis/coordination.k8s.io/v1/namespaces/aiautoscaler-system/leases";
const api::ObjectKey kKey{"aiautoscaler-system", "aiautoscaler"};

class RealClock final : public ports::Clock {
 public:
  [[nodiscard]] WallTime now() const override {
    return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  }
  [[nodiscard]] Millis steady() const override {
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
  }
};

/// An API server that keeps one Lease and insists on its resourceVersion.
class LeaseServer {
 public:
  explicit LeaseServer(FakeTransport& transport) {
    transport.on([this](const http::Request& request) { return answer(request); });
  }
  lease::Lease lease() {
    const std::scoped_lock lock(mutex_);
    const auto read = lease_from_json(object_);
    return read ? *read : lease::Lease{};
  }
  std::atomic<int> refuse_with = 0;  ///< an HTTP status for everything
  std::atomic<bool> deaf = false;    ///< nothing is answered, but done

 private:
  std::optional<Result<http::Response>> answer(const http::Request& request) {
    if (refuse_with != 0) return FakeTransport::json(R"({"kind":"Status","message":"no"})", refuse_with);
    const std::scoped_lock lock(mutex_);
    const auto answer = act(request);
    if (deaf) return Error{ErrorKind::Timeout, "no answer", {}};
    return answer;
  }
  http::Response act(const http::Request& request) {
    if (request.method == "GET") return object_.is_null() ? not_found() : FakeTransport::json(object_.dump());
    Json sent = Json::parse(request.body);
    const bool current = text_at(sent, {"metadata", "resourceVersion"}) ==
                         (object_.is_null() ? "" : text_at(object_, {"metadata", "resourceVersion"}));
    if (!current) return FakeTransport::json(R"({"kind":"Status","reason":"Conflict"})", 409);
    sent["metadata"]["resourceVersion"] = std::to_string(++version_);
    object_ = sent;
    return FakeTransport::json(object_.dump());
  }
  static http::Response not_found() { return FakeTransport::json(R"({"kind":"Status","message":"not found"})", 404); }

  std::mutex mutex_;
  Json object_;
  int version_ = 0;
};

struct Rig {
  FakeTransport transport;
  LeaseServer server{transport};
  RealClock clock;
  std::mutex mutex;
  std::vector<Leadership> told;

  LeaseKeeperOptions options(const std::string& identity) {
    LeaseKeeperOptions options;
    options.lease = kKey;
    options.identity = identity;
    options.settings = {scaled(1'000ms), scaled(600ms), scaled(50ms)};
    options.on_change = [this](const Leadership& now) {
      const std::scoped_lock lock(mutex);
      told.push_back(now);
    };
    return options;
  }
};

}  // namespace

TEST_CASE("a Lease on the wire, there and back") {
  const lease::Lease lease{"me", 10s, WallTime{1'795'000'000'250ms}, WallTime{1'795'000'007'500ms}, 3, "17"};
  const Json document = lease_document(kKey, lease);
  CHECK(
      document.dump() ==
      R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"aiautoscaler",)"
      R"("namespace":"aiautoscaler-system","resourceVersion":"17"},"spec":{"acquireTime":"2026-11-18T11:06:40.250000Z",)"
      R"("holderIdentity":"me","leaseDurationSeconds":10,"leaseTransitions":3,"renewTime":"2026-11-18T11:06:47.500000Z"}})");
  CHECK(*lease_from_json(document) == lease);
  CHECK_FALSE(lease_document(kKey, {})["metadata"].contains("resourceVersion"));
}

TEST_CASE("what is no Lease never passes for a free one, fields that are absent are empty") {
  for (const char* text : {"{}", "[]", R"({"kind":"Lease"})", R"({"kind":"Pod","metadata":{"resourceVersion":"1"}})"})
    CHECK(lease_from_json(Json::parse(text)).error().kind == ErrorKind::Unavailable);
  const auto bare = lease_from_json(Json::parse(
      R"({"kind":"Lease","metadata":{"resourceVersion":"4"},"spec":{"leaseDurationSeconds":-7,"leaseTransitions":"x"}})"));
  CHECK(*bare == lease::Lease{"", 0s, {}, {}, 0, "4"});
}

TEST_CASE("a client reads, creates and updates, and says what to do when it may not") {
  FakeTransport transport;
  LeaseClient client(transport, kKey);
  transport.answer(FakeTransport::json(R"({"kind":"Status","message":"none"})", 404));
  CHECK_FALSE(client.read(2s)->has_value());
  const std::string stored = lease_document(kKey, {"me", 10s, {}, {}, 0, "1"}).dump();
  transport.answer(FakeTransport::json(stored, 201));
  CHECK(client.write({"me", 10s, {}, {}, 0, ""}, 2s)->resource_version == "1");
  transport.answer(FakeTransport::json(stored));
  CHECK(client.write({"me", 10s, {}, {}, 0, "0"}, 2s).ok());
  const auto sent = transport.sent();
  CHECK(sent[0].request.target == std::string(kPath) + "/aiautoscaler");
  CHECK(sent[0].deadline == 2s);
  CHECK(sent[1].request.method == "POST");
  CHECK(sent[1].request.target == std::string(kPath) + "?fieldManager=aiautoscaler");
  CHECK(sent[2].request.method == "PUT");
  CHECK(sent[2].request.target == std::string(kPath) + "/aiautoscaler?fieldManager=aiautoscaler");

  transport.answer(FakeTransport::json(R"({"kind":"Status","message":"cannot get"})", 403));
  CHECK(client.read(2s).error().message ==
        "Lease aiautoscaler-system/aiautoscaler: cannot get (HTTP 403); allow it (manifests/rbac/lease.yaml)");
  transport.answer(FakeTransport::json(R"({"kind":"Status","message":"no namespace"})", 404));
  CHECK_THAT(client.write({}, 2s).error().message, Catch::Contains("create namespace aiautoscaler-system"));
}

TEST_CASE("the guard lets reads pass, and writes only while the lease outlives them") {
  FakeTransport transport;
  transport.on([](const http::Request&) { return FakeTransport::json("{}"); });
  Millis left = 7s;
  LeaseGuard guard(transport, [&] { return left; });
  const http::Request write{"PATCH", "/x", {}, "{}"}, read{"GET", "/x", {}, {}};
  CHECK(guard.leading());
  CHECK(guard.send(write, 2s).ok());
  CHECK(transport.sent().back().deadline == 2s);
  CHECK(guard.send(write, 10s).ok());
  CHECK(transport.sent().back().deadline == 7s);  // no longer than the lease
  left = 499ms;
  CHECK_FALSE(guard.leading());
  const auto before = transport.sent().size();
  CHECK(guard.send(write, 10s).error().kind == ErrorKind::NotLeading);
  CHECK(guard.send_all({read, write}, 10s)[1].error().kind == ErrorKind::NotLeading);
  CHECK(transport.sent().size() == before + 1);  // the read
  CHECK(guard.send(read, 10s).ok());
  CHECK(transport.sent().back().deadline == 10s);
  left = 0ms;
  CHECK(guard.send(write, 0ms).error().kind == ErrorKind::NotLeading);  // however little time the write has
  LeaseGuard alone(transport, nullptr);
  CHECK(alone.leading());
  CHECK(alone.send(write, 10s).ok());
}

TEST_CASE("a closed guard waits for the write under way, and begins no other") {
  FakeTransport transport;
  std::atomic<bool> answer = false, begun = false;
  transport.on([&](const http::Request&) {
    begun = true;
    while (!answer) std::this_thread::sleep_for(1ms);
    return FakeTransport::json("{}");
  });
  LeaseGuard guard(transport, nullptr);
  const http::Request write{"PATCH", "/x", {}, "{}"};
  std::jthread writer([&] { CHECK(guard.send(write, 10s).ok()); });
  REQUIRE(eventually([&] { return begun.load(); }));
  CHECK_FALSE(guard.close(20ms));
  CHECK(guard.send(write, 10s).error().kind == ErrorKind::NotLeading);
  answer = true;
  CHECK(guard.close(kPatience));
}

TEST_CASE("a write that throws is under way no more") {
  struct Throwing : http::Transport {
    Result<http::Response> send(const http::Request&, Millis) override { throw std::runtime_error("no memory"); }
    void send_each(const std::vector<http::Request>&, Millis, const http::AnswerSink&) override {}
    Result<http::Response> stream(const http::Request&, const http::ChunkSink&, std::stop_token, Millis) override {
      return Error{};
    }
  } transport;
  LeaseGuard guard(transport, nullptr);
  CHECK_THROWS(guard.send({"PATCH", "/x", {}, "{}"}, 1s));
  CHECK(guard.close(1s));
}

TEST_CASE("whoever is not fit takes nothing, and lets run out what it holds") {
  Rig rig;
  std::atomic<lease::Fitness> fitness = lease::Fitness::None;
  auto options = rig.options("blind");
  options.fitness = [&] { return fitness.load(); };
  LeaseKeeper blind(rig.transport, rig.clock, std::move(options));
  CHECK_FALSE(eventually([&] { return !blind.leadership().holder.empty(); }, scaled(300ms)));
  fitness = lease::Fitness::Good;
  REQUIRE(eventually([&] { return blind.leadership().leading; }));
  LeaseKeeper other(rig.transport, rig.clock, rig.options("other"));
  fitness = lease::Fitness::Poor;
  CHECK(eventually([&] { return other.leadership().leading; }));
  CHECK_FALSE(blind.leadership().leading);
}

TEST_CASE("one leads, the other follows and takes over at once when the lease is given back") {
  Rig rig;
  LeaseKeeper first(rig.transport, rig.clock, rig.options("first"));
  REQUIRE(eventually([&] { return first.leadership().leading; }));
  LeaseKeeper second(rig.transport, rig.clock, rig.options("second"));
  REQUIRE(eventually([&] { return second.leadership().holder == "first"; }));
  std::this_thread::sleep_for(scaled(1'500ms));  // longer than the duration: renewals keep it
  CHECK(first.time_left() > scaled(300ms));
  CHECK(second.time_left() <= 0ms);
  CHECK(first.release(kPatience));
  CHECK(first.time_left() <= 0ms);
  CHECK(eventually([&] { return second.leadership().leading; }, scaled(500ms)));
  CHECK(rig.server.lease().transitions == 1);
}

TEST_CASE("a server that does not answer: it leads until the renew deadline and no longer, then again") {
  Rig rig;
  LeaseKeeper keeper(rig.transport, rig.clock, rig.options("me"));
  REQUIRE(eventually([&] { return keeper.leadership().leading; }));
  rig.server.deaf = true;
  CHECK(eventually([&] { return !keeper.leadership().leading; }, scaled(1s)));
  CHECK_THAT(keeper.leadership().problem, Catch::Contains("no answer"));
  CHECK_FALSE(keeper.leadership().refused);
  rig.server.deaf = false;
  CHECK(eventually([&] { return keeper.leadership().leading; }));
  CHECK(eventually([&] { return keeper.leadership().problem.empty(); }));
  const std::scoped_lock lock(rig.mutex);
  std::vector<bool> changes;
  for (const auto& one : rig.told) {
    if (changes.empty() || changes.back() != one.leading) changes.push_back(one.leading);
  }
  CHECK(changes == std::vector<bool>{true, false, true});
}

TEST_CASE("the lease is given back although the answer to the last renewal was lost") {
  Rig rig;
  LeaseKeeper keeper(rig.transport, rig.clock, rig.options("me"));
  REQUIRE(eventually([&] { return keeper.leadership().leading; }));
  const auto version = rig.server.lease().resource_version;
  rig.server.deaf = true;
  REQUIRE(eventually([&] { return rig.server.lease().resource_version != version; }));
  rig.server.deaf = false;
  CHECK(keeper.release(kPatience));
  CHECK(rig.server.lease().holder.empty());
}

TEST_CASE("no right to the lease is a lasting problem in words") {
  Rig rig;
  rig.server.refuse_with = 403;
  LeaseKeeper keeper(rig.transport, rig.clock, rig.options("me"));
  CHECK(eventually([&] { return keeper.leadership().refused; }));
  CHECK_THAT(keeper.leadership().problem, Catch::Contains("manifests/rbac/lease.yaml"));
  CHECK_FALSE(keeper.release(kPatience));
  rig.server.refuse_with = 0;
}
