// The reflector's thread over a scripted transport: it lists, watches, gets up again, says what is wrong and stops.
#include "controller/kube/watch/reflector.h"

#include <catch2/catch.hpp>

#include "tests/controller/http/fake_transport.h"
#include "tests/controller/kube/eventually.h"
#include "tests/controller/kube/manual_clock.h"
#include "tests/wall_time.h"

using namespace aia;
using namespace aia::kube;
using http::FakeTransport;
using tests::eventually;

namespace {

const std::string kList =
    R"({"metadata":{"resourceVersion":"10"},"items":[{"metadata":{"name":"a","resourceVersion":"9"}}]})";

std::string added(const std::string& name, int version) {
  return R"({"type":"ADDED","object":{"metadata":{"name":")" + name + R"(","resourceVersion":")" +
         std::to_string(version) + "\"}}}\n";
}

FakeTransport::Stream ending(std::vector<std::string> chunks) {
  FakeTransport::Stream stream;
  stream.chunks = std::move(chunks);
  return stream;
}

FakeTransport::Stream open_with(std::vector<std::string> chunks) {
  FakeTransport::Stream stream;
  stream.chunks = std::move(chunks);
  stream.stays_open = true;
  return stream;
}

FakeTransport::Stream refused(int status, const std::string& body) {
  FakeTransport::Stream stream;
  stream.status = status;
  stream.error_body = body;
  return stream;
}

ReflectorOptions quick() {
  ReflectorOptions options;
  options.watcher.resource = kPods;
  options.watcher.backoff = {Millis(2), Millis(20)};
  return options;
}

using Names = Store<int>;

}  // namespace

TEST_CASE("lists in chunks, watches, and resumes a stream that broke off in the middle of a line") {
  FakeTransport transport;
  tests::ManualClock clock;
  Names store([](const Json&) { return 1; });
  transport.play(ending({kList.substr(0, 30), kList.substr(30)}));
  FakeTransport::Stream broken;
  broken.chunks = {added("b", 11), added("c", 12).substr(0, 20)};
  broken.ends_with = Error{ErrorKind::Unavailable, "connection reset", {}};
  transport.play(broken);
  transport.play(open_with({added("c", 12)}));
  const Reflector reflector(transport, clock, store, quick());
  REQUIRE(eventually([&] { return store.size() == 3; }));
  CHECK(eventually([&] { return reflector.problem().empty(); }));
  const auto sent = transport.sent();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].request.target == "/api/v1/pods?limit=500");
  CHECK_THAT(sent[1].request.target, Catch::Contains("resourceVersion=10"));
  CHECK_THAT(sent[2].request.target, Catch::Contains("resourceVersion=11"));
}

TEST_CASE("an expired watch lists again, what is gone from the list is gone from the store") {
  FakeTransport transport;
  tests::ManualClock clock;
  Names store([](const Json&) { return 1; });
  transport.play(ending({kList}));
  transport.play(
      ending({added("b", 11) + R"({"type":"ERROR","object":{"kind":"Status","code":410}})" + "\n" + added("x", 12)}));
  transport.play(ending({R"({"metadata":{"resourceVersion":"50"},"items":[{"metadata":{"name":"z"}}]})"}));
  transport.play(open_with({}));
  const Reflector reflector(transport, clock, store, quick());
  REQUIRE(eventually([&] { return store.find({"", "z"}).has_value(); }));
  CHECK(store.size() == 1);
}

TEST_CASE("Forbidden is said and tried again until it is allowed") {
  FakeTransport transport;
  tests::ManualClock clock;
  Names store([](const Json&) { return 1; });
  ReflectorOptions options = quick();
  options.watcher.backoff = {Millis(400), Millis(400)};
  transport.play(refused(403, R"({"kind":"Status","code":403,"message":"pods is forbidden"})"));
  transport.play(ending({kList}));
  transport.play(open_with({}));
  const Reflector reflector(transport, clock, store, options);
  REQUIRE(eventually([&] { return !reflector.problem().empty(); }));
  CHECK(reflector.problem() == "pods cannot be listed or watched: pods is forbidden (HTTP 403)");
  CHECK_FALSE(store.synced());
  REQUIRE(eventually([&] { return store.synced(); }));
  CHECK(eventually([&] { return reflector.problem().empty(); }));
}

TEST_CASE("an event that is too long does not fill the memory, and only a list gets past it") {
  FakeTransport transport;
  tests::ManualClock clock;
  Names store([](const Json&) { return 1; });
  ReflectorOptions options = quick();
  options.max_line_bytes = 1000;
  transport.play(ending({kList}));
  transport.play(open_with({std::string(800, 'x'), std::string(800, 'x')}));
  transport.play(ending({kList}));
  transport.play(open_with({added("b", 11)}));
  const Reflector reflector(transport, clock, store, options);
  CHECK(eventually([&] { return store.size() == 2; }));
}

TEST_CASE("a page that is too large is asked for in smaller ones, down to one object") {
  FakeTransport transport;
  tests::ManualClock clock;
  Names store([](const Json&) { return 1; });
  ReflectorOptions options = quick();
  options.max_page_bytes = 50;
  options.watcher.backoff = {std::chrono::minutes(1), std::chrono::minutes(1)};
  constexpr std::size_t kTries = 9;  // 500, 250, 125, 62, 31, 15, 7, 3, 1
  for (std::size_t i = 0; i < kTries; ++i) transport.play(ending({kList}));
  const Reflector reflector(transport, clock, store, options);
  CHECK(eventually([&] {
    return reflector.problem() == "pods cannot be listed or watched: one object alone is a page that is too large";
  }));
  REQUIRE(transport.sent().size() == kTries);
  CHECK(transport.sent().back().request.target == "/api/v1/pods?limit=1");
}

TEST_CASE("stopping takes no time, whether it streams or waits") {
  for (const bool streams : {true, false}) {
    FakeTransport transport;
    tests::ManualClock clock;
    Names store([](const Json&) { return 1; });
    ReflectorOptions options = quick();
    options.watcher.backoff = {std::chrono::minutes(1), std::chrono::minutes(1)};
    if (streams) {
      transport.play(ending({kList}));
      transport.play(open_with({}));
    }
    auto reflector = std::make_unique<Reflector>(transport, clock, store, options);
    REQUIRE(eventually([&] { return transport.sent().size() == (streams ? 2U : 1U); }));
    CHECK(testing::took([&] { reflector.reset(); }) < testing::scaled(Millis(500)));
  }
}

TEST_CASE("a watch's age counts from the start, and anew with every list and line that was understood") {
  FakeTransport transport;
  tests::ManualClock clock;
  Names store([&](const Json& object) {
    clock.advance(Millis(key_of(object).name == "b" ? 7'000 : 0));  // while that is applied
    return 1;
  });
  ReflectorOptions options = quick();
  options.watcher.backoff = {Millis(300), Millis(300)};
  transport.play(refused(403, R"({"kind":"Status","code":403,"message":"no"})"));
  transport.play(ending({kList}));
  transport.play(open_with({added("b", 11)}));
  const Reflector reflector(transport, clock, store, options);
  REQUIRE(eventually([&] { return !reflector.problem().empty(); }));
  clock.advance(Millis(10'000));
  CHECK(reflector.age().age == Millis(10'000));
  CHECK(reflector.age().resource == "pods");
  CHECK_THAT(reflector.age().problem, Catch::Contains("403"));
  REQUIRE(eventually([&] { return store.size() == 2; }));
  CHECK(eventually([&] { return reflector.age().age == Millis(0) && reflector.age().problem.empty(); }));
  clock.advance(Millis(60'000));
  CHECK(reflector.age().age == Millis(60'000));
}

TEST_CASE("what cannot be understood confirms nothing") {
  FakeTransport transport;
  tests::ManualClock clock;
  Names store([](const Json&) { return 1; });
  ReflectorOptions options = quick();
  options.watcher.backoff = {Millis(60'000), Millis(60'000)};
  transport.play(ending({kList}));
  transport.play(open_with({"<html>\n"}));
  const Reflector reflector(transport, clock, store, options);
  REQUIRE(eventually([&] { return !reflector.problem().empty(); }));
  clock.advance(Millis(1'000));
  CHECK(reflector.age().age == Millis(1'000));
}

TEST_CASE("after a long silence a list, not the watch's own word, says what is there") {
  FakeTransport transport;
  tests::ManualClock clock;
  Names store([](const Json&) { return 1; });
  ReflectorOptions options = quick();
  options.watcher.backoff = {Millis(300), Millis(300)};
  const auto silence = GENERATE(Millis(44'000), Millis(46'000));
  transport.play(ending({kList}));
  transport.play(ending({}));  // ended as soon as it had begun
  if (silence >= options.watch_inactivity / 2) transport.play(ending({kList}));
  transport.play(open_with({added("b", 11)}));
  const Reflector reflector(transport, clock, store, options);
  REQUIRE(eventually([&] { return !reflector.problem().empty(); }));
  clock.advance(silence);
  REQUIRE(eventually([&] { return store.size() == 2; }));
  const bool watched = transport.sent()[2].request.target.find("watch=") != std::string::npos;
  CHECK(watched == (silence < options.watch_inactivity / 2));
  CHECK(eventually([&] { return reflector.age().age == Millis(0); }));
}
