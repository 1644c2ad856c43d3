// The watch machine against a server played by strings: what it asks for, what it reports, how it gets back on its
// feet.
#include "controller/kube/watch/watcher.h"

#include <catch2/catch.hpp>

#include "controller/kube/watch/line_framer.h"
#include "controller/kube/watch/store.h"

using namespace aia;
using namespace aia::kube;

namespace {

std::string object(const std::string& name, const std::string& version) {
  return R"({"metadata":{"namespace":"ns","name":")" + name + R"(","resourceVersion":")" + version + R"("}})";
}

std::string page(const std::string& items, const std::string& version, const std::string& more = "") {
  return R"({"kind":"List","metadata":{"resourceVersion":")" + version + R"(","continue":")" + more +
         R"("},"items":[)" + items + "]}";
}

std::string event(const std::string& type, const std::string& body) {
  return R"({"type":")" + type + R"(","object":)" + body + "}";
}

const std::string kExpired =
    R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})";

WatcherOptions options() {
  WatcherOptions made;
  made.resource = kPods;
  return made;
}

/// A machine and the store it feeds, with the wait or the request it asks for as text.
struct Rig {
  explicit Rig(const WatcherOptions& how = options()) : watcher(how) {}

  std::string tell(const Step& step) {
    for (const Change& change : step.changes) store.apply(change);
    if (const auto* list = std::get_if<SendList>(&step.next)) return "list " + list->request.target;
    if (const auto* watch = std::get_if<OpenWatch>(&step.next)) {
      const std::string& target = watch->request.target;
      const std::size_t from = target.find("resourceVersion=") + 16;
      return "watch " + target.substr(from, target.find('&', from) - from);
    }
    if (const auto* pause = std::get_if<Wait>(&step.next)) {
      wait = pause->duration;
      return "wait";
    }
    return "read";
  }

  /// Listed "a" at version 10, now streaming.
  Rig& streaming() {
    CHECK(tell(watcher.start()) == "list /api/v1/pods?limit=500");
    CHECK(tell(watcher.on_page(page(object("a", "9"), "10"))) == "watch 10");
    return *this;
  }

  [[nodiscard]] std::string names() const {
    std::string all;
    store.visit_from({}, [&](const api::ObjectKey& key, const std::string& version) {
      all += key.name + "@" + version + " ";
      return true;
    });
    return all;
  }

  Watcher watcher;
  Store<std::string> store{[](const Json& json) { return text_at(json, {"metadata", "resourceVersion"}); }};
  Millis wait{0};
};

}  // namespace

TEST_CASE("pages fill a buffer, readers see the list when it is whole") {
  Rig rig;
  rig.tell(rig.watcher.start());
  CHECK(rig.tell(rig.watcher.on_page(page(object("a", "1"), "10", "more"))) ==
        "list /api/v1/pods?limit=500&continue=more");
  CHECK(rig.names().empty());
  CHECK_FALSE(rig.store.synced());
  CHECK(rig.tell(rig.watcher.on_page(page(object("b", "2") + "," + object("c", "3"), "10"))) == "watch 10");
  CHECK(rig.names() == "a@1 b@2 c@3 ");
  CHECK(rig.store.synced());
  CHECK(rig.watcher.state() == Watcher::State::Streaming);
}

TEST_CASE("an empty list is a list, also as null") {
  Rig rig;
  rig.tell(rig.watcher.start());
  CHECK(rig.tell(rig.watcher.on_page(R"({"metadata":{"resourceVersion":"5"},"items":null})")) == "watch 5");
  CHECK(rig.store.synced());
}

TEST_CASE("events change the store, bookmarks only move the point to resume from") {
  Rig rig;
  rig.streaming();
  CHECK(rig.tell(rig.watcher.on_line(event("ADDED", object("b", "11")))) == "read");
  CHECK(rig.tell(rig.watcher.on_line(event("MODIFIED", object("a", "12")))) == "read");
  CHECK(rig.tell(rig.watcher.on_line(event("DELETED", object("b", "13")))) == "read");
  CHECK(rig.names() == "a@12 ");
  CHECK(rig.tell(rig.watcher.on_line(event("BOOKMARK", R"({"metadata":{"resourceVersion":"40"}})"))) == "read");
  CHECK(rig.names() == "a@12 ");
  CHECK(rig.tell(rig.watcher.on_stream_end(Millis(300'000))) == "watch 40");
}

TEST_CASE("an ERROR 410 lists again at once, and the new list replaces everything") {
  Rig rig;
  rig.streaming();
  rig.tell(rig.watcher.on_line(event("ADDED", object("b", "11"))));
  CHECK(rig.tell(rig.watcher.on_line(kExpired)) == "list /api/v1/pods?limit=500");
  CHECK(rig.names() == "a@9 b@11 ");
  CHECK(rig.tell(rig.watcher.on_page(page(object("c", "50"), "60"))) == "watch 60");
  CHECK(rig.names() == "c@50 ");
}

TEST_CASE("410 again right after the new list waits: no tight loop") {
  Rig rig;
  rig.streaming();
  CHECK(rig.tell(rig.watcher.on_error({ErrorKind::Gone, "too old", {}})) == "list /api/v1/pods?limit=500");
  rig.tell(rig.watcher.on_page(page("", "60")));
  CHECK(rig.tell(rig.watcher.on_line(kExpired)) == "wait");
  CHECK(rig.tell(rig.watcher.on_waited()) == "list /api/v1/pods?limit=500");
}

TEST_CASE("410 after a restart of the API server lists at once, however often it could not be reached before") {
  Rig rig;
  rig.streaming();
  for (int tries = 0; tries < 5; ++tries) {
    CHECK(rig.tell(rig.watcher.on_error({ErrorKind::Unavailable, "connection refused", {}})) == "wait");
    rig.tell(rig.watcher.on_waited());
  }
  CHECK(rig.tell(rig.watcher.on_line(kExpired)) == "list /api/v1/pods?limit=500");
}

TEST_CASE("410 in the middle of a list begins it again, without the first half") {
  Rig rig;
  rig.tell(rig.watcher.start());
  rig.tell(rig.watcher.on_page(page(object("old", "1"), "10", "more")));
  CHECK(rig.tell(rig.watcher.on_error({ErrorKind::Gone, "continue expired", {}})) == "list /api/v1/pods?limit=500");
  CHECK(rig.tell(rig.watcher.on_page(page(object("new", "20"), "21"))) == "watch 21");
  CHECK(rig.names() == "new@20 ");
}

TEST_CASE("other ERROR events and failures resume at the last event") {
  for (const ErrorKind kind : {ErrorKind::Forbidden, ErrorKind::Unauthorized, ErrorKind::Unavailable,
                               ErrorKind::Timeout, ErrorKind::Throttled}) {
    Rig rig;
    rig.streaming();
    rig.tell(rig.watcher.on_line(event("ADDED", object("b", "11"))));
    CHECK(rig.tell(rig.watcher.on_error({kind, "trouble", {}})) == "wait");
    CHECK(rig.watcher.problem() == "trouble");
    CHECK(rig.watcher.state() == Watcher::State::Backoff);
    CHECK(rig.tell(rig.watcher.on_waited()) == "watch 11");
    rig.tell(rig.watcher.on_line(event("ADDED", object("c", "12"))));
    CHECK(rig.watcher.problem().empty());
  }
  Rig rig;
  rig.streaming();
  CHECK(rig.tell(rig.watcher.on_line(R"({"type":"ERROR","object":{"kind":"Status","code":500,"message":"oh"}})")) ==
        "wait");
  CHECK(rig.watcher.problem() == "oh (HTTP 500)");
  CHECK(rig.tell(rig.watcher.on_waited()) == "watch 10");
}

TEST_CASE("a resource that is gone or a point the server refuses is listed again") {
  for (const ErrorKind kind : {ErrorKind::NotFound, ErrorKind::Invalid}) {
    Rig rig;
    rig.streaming();
    CHECK(rig.tell(rig.watcher.on_error({kind, "gone", {}})) == "wait");
    CHECK(rig.tell(rig.watcher.on_waited()) == "list /api/v1/pods?limit=500");
  }
}

TEST_CASE("garbage is not taken in: the watch resumes before it, and if it is there again lists") {
  const std::string garbage =
      GENERATE(as<std::string>{}, "", "<html>", R"({"type":"ADDED","object":{"metadata":{"na)", R"({"type":"ADDED"})",
               R"({"type":"ADDED","object":null})", R"([1])", R"("x")", R"({"type":"ADDED","object":{"metadata":{}}})",
               R"({"type":"SURPRISE","object":{"metadata":{"resourceVersion":"99"}}})");
  CAPTURE(garbage);
  Rig rig;
  rig.streaming();
  CHECK(rig.tell(rig.watcher.on_line(garbage)) == "wait");
  CHECK(rig.names() == "a@9 ");
  CHECK(rig.tell(rig.watcher.on_waited()) == "watch 10");
  CHECK(rig.tell(rig.watcher.on_line(garbage)) == "wait");
  CHECK(rig.tell(rig.watcher.on_waited()) == "list /api/v1/pods?limit=500");
}

TEST_CASE("an answer that is no list is asked for again") {
  for (const char* body : {"", "{}", "<html>", "[]", R"({"metadata":{}})"}) {
    Rig rig;
    rig.tell(rig.watcher.start());
    CHECK(rig.tell(rig.watcher.on_page(body)) == "wait");
    CHECK_FALSE(rig.store.synced());
    CHECK(rig.tell(rig.watcher.on_waited()) == "list /api/v1/pods?limit=500");
  }
}

TEST_CASE("waits double from 0.8 s to 10 s, each from its upper half, and start anew after progress") {
  Rig rig;
  rig.streaming();
  for (const int limit : {800, 1600, 3200, 6400, 10'000, 10'000, 10'000}) {
    rig.tell(rig.watcher.on_error({ErrorKind::Unavailable, "down", {}}));
    CHECK(rig.wait >= Millis(limit / 2));
    CHECK(rig.wait <= Millis(limit));
    if (rig.tell(rig.watcher.on_waited()).starts_with("list")) rig.tell(rig.watcher.on_page(page("", "10")));
  }
  rig.tell(rig.watcher.on_line(event("ADDED", object("b", "11"))));
  rig.tell(rig.watcher.on_error({ErrorKind::Unavailable, "down", {}}));
  CHECK(rig.wait <= Millis(800));
}

TEST_CASE("the server's Retry-After is kept to") {
  Rig rig;
  rig.tell(rig.watcher.start());
  rig.tell(rig.watcher.on_error({ErrorKind::Throttled, "slow down", Millis(7000)}));
  CHECK(rig.wait == Millis(7000));
  rig.tell(rig.watcher.on_error({ErrorKind::Throttled, "come back tomorrow", std::chrono::hours(24)}));
  CHECK(rig.wait == std::chrono::minutes(1));
}

TEST_CASE("a stream that ended in order is reopened at once, one that never began is not") {
  Rig rig;
  rig.streaming();
  CHECK(rig.tell(rig.watcher.on_stream_end(Millis(300'000))) == "watch 10");
  CHECK(rig.tell(rig.watcher.on_stream_end(Millis(3))) == "wait");
  CHECK(rig.tell(rig.watcher.on_waited()) == "watch 10");
  rig.tell(rig.watcher.on_line(event("ADDED", object("b", "11"))));
  CHECK(rig.tell(rig.watcher.on_stream_end(Millis(3))) == "watch 11");
}

TEST_CASE("watch lengths lie between their bounds and differ, one seed gives the same ones") {
  const auto lengths = [](std::uint64_t seed) {
    WatcherOptions how = options();
    how.seed = seed;
    Rig rig(how);
    rig.streaming();
    std::vector<int> all;
    for (int i = 0; i < 20; ++i) {
      const Step step = rig.watcher.on_stream_end(Millis(300'000));
      const std::string& target = std::get<OpenWatch>(step.next).request.target;
      all.push_back(std::stoi(target.substr(target.find("timeoutSeconds=") + 15)));
    }
    return all;
  };
  const std::vector<int> first = lengths(1);
  for (const int seconds : first) CHECK((seconds >= 300 && seconds <= 600));
  CHECK(first != std::vector<int>(20, first.front()));
  CHECK(first == lengths(1));
  CHECK(first != lengths(2));
}

TEST_CASE("however a stream is cut into chunks, the store is the same") {
  std::string stream;
  for (int i = 0; i < 60; ++i) {
    const std::string name(1, static_cast<char>('a' + i % 7));
    const char* type = i % 11 == 10 ? "DELETED" : i % 5 == 4 ? "BOOKMARK" : i < 7 ? "ADDED" : "MODIFIED";
    stream += event(type, object(name, std::to_string(11 + i))) + (i % 3 == 0 ? "\r\n" : "\n");
  }
  const auto fed = [&](std::uint64_t seed) {
    Rig rig;
    rig.streaming();
    LineFramer framer(1024);
    http::Draw draw(seed);
    const std::int64_t longest = draw.between(1, 300);
    for (std::size_t at = 0; at < stream.size();) {
      const auto size = static_cast<std::size_t>(draw.between(1, longest));
      REQUIRE(framer.feed(std::string_view(stream).substr(at, size),
                          [&](std::string_view line) { return rig.tell(rig.watcher.on_line(line)) == "read"; }));
      at += size;
    }
    return rig.names() + rig.tell(rig.watcher.on_stream_end(Millis(0)));
  };
  const std::string expected = fed(0);
  CHECK(expected.ends_with("watch 70"));
  for (std::uint64_t seed = 1; seed < 300; ++seed) {
    CAPTURE(seed);
    REQUIRE(fed(seed) == expected);
  }
}

TEST_CASE("a stream cut in the middle of a line loses nothing: it comes again from there") {
  Rig rig;
  rig.streaming();
  LineFramer framer(1024);
  const auto on_line = [&](std::string_view line) { return rig.tell(rig.watcher.on_line(line)) == "read"; };
  const std::string whole = event("ADDED", object("b", "11")) + "\n" + event("ADDED", object("c", "12")) + "\n";
  CHECK(framer.feed(std::string_view(whole).substr(0, whole.size() - 20), on_line));
  CHECK(rig.names() == "a@9 b@11 ");
  CHECK(rig.tell(rig.watcher.on_stream_end(Millis(1))) == "watch 11");
}

TEST_CASE("a line has a limit, complete or not") {
  LineFramer complete(10);
  int lines = 0;
  const auto count = [&](std::string_view) { return ++lines > 0; };
  CHECK(complete.feed("0123456789\n\n1\n", count));
  CHECK(lines == 2);
  CHECK_FALSE(complete.feed("01234567890\n", count));
  CHECK(complete.overflowed());
  LineFramer split(10);
  CHECK(split.feed("012345", count));
  CHECK_FALSE(split.feed("67890", count));
  CHECK(split.overflowed());
  CHECK(lines == 2);
  LineFramer stopped(10);
  CHECK_FALSE(stopped.feed("a\nb\n", [](std::string_view) { return false; }));
  CHECK_FALSE(stopped.overflowed());
}

TEST_CASE("a page that is too large is asked for with half as many, and goes on from there with a quarter more") {
  Rig rig;
  rig.tell(rig.watcher.start());
  CHECK(rig.tell(rig.watcher.on_page(page(object("a", "1"), "10", "x"))) == "list /api/v1/pods?limit=500&continue=x");
  CHECK(rig.tell(rig.watcher.on_large_page()) == "list /api/v1/pods?limit=250&continue=x");
  CHECK(rig.tell(rig.watcher.on_large_page()) == "list /api/v1/pods?limit=125&continue=x");
  CHECK(rig.tell(rig.watcher.on_page(page(object("b", "2"), "10", "y"))) == "list /api/v1/pods?limit=156&continue=y");
  CHECK(rig.watcher.problem().empty());
  CHECK(rig.tell(rig.watcher.on_page(page(object("c", "3"), "10"))) == "watch 10");
  CHECK(rig.names() == "a@1 b@2 c@3 ");
  CHECK(rig.tell(rig.watcher.on_line(kExpired)) == "list /api/v1/pods?limit=195");  // and the next list begins with it
}

TEST_CASE("one object that alone is too large is said, and tried again") {
  Rig rig;
  std::string next = rig.tell(rig.watcher.start());
  int tries = 0;
  for (; next != "wait" && tries < 20; ++tries) next = rig.tell(rig.watcher.on_large_page());
  CHECK(tries == 9);
  CHECK(rig.watcher.problem() == "one object alone is a page that is too large");
  CHECK(rig.tell(rig.watcher.on_waited()) == "list /api/v1/pods?limit=1");
  CHECK(rig.tell(rig.watcher.on_page(page(object("a", "1"), "10"))) == "watch 10");
  CHECK(rig.watcher.problem().empty());
}

TEST_CASE("a list without an end is given up, said, and begun anew") {
  WatcherOptions how = options();
  SECTION("pages") {
    how.most_pages = 7;
    Rig rig(how);
    std::string next = rig.tell(rig.watcher.start());
    int pages = 0;
    for (; next != "wait" && pages < 20; ++pages) next = rig.tell(rig.watcher.on_page(page("", "10", "more")));
    CHECK(pages == 7);
    CHECK(rig.watcher.problem() == "there are more than 7 pages");
    CHECK_FALSE(rig.store.synced());
    CHECK(rig.tell(rig.watcher.on_waited()) == "list /api/v1/pods?limit=500");
    CHECK(rig.tell(rig.watcher.on_page(page(object("a", "1"), "10"))) == "watch 10");
    CHECK(rig.names() == "a@1 ");
  }
  SECTION("pages without an object") {
    how.most_empty_pages = 5;
    Rig rig(how);
    std::string next = rig.tell(rig.watcher.start());
    for (int i = 0; i < 4; ++i) next = rig.tell(rig.watcher.on_page(page("", "10", "more")));
    next = rig.tell(rig.watcher.on_page(page(object("a", "1"), "10", "more")));
    for (int i = 0; i < 4; ++i) next = rig.tell(rig.watcher.on_page(page("", "10", "more")));
    CHECK(next != "wait");
    CHECK(rig.tell(rig.watcher.on_page(page("", "10", "more"))) == "wait");
    CHECK(rig.watcher.problem() == "it shows 5 pages in a row without an object");
  }
  SECTION("pages that are too large count, too") {
    how.most_pages = 3;
    Rig rig(how);
    rig.tell(rig.watcher.start());
    rig.tell(rig.watcher.on_large_page());
    rig.tell(rig.watcher.on_large_page());
    CHECK(rig.tell(rig.watcher.on_large_page()) == "wait");
    CHECK(rig.watcher.problem() == "there are more than 3 pages");
  }
  SECTION("objects") {
    how.most_objects = 4;
    Rig rig(how);
    rig.tell(rig.watcher.start());
    const std::string two = object("a", "1") + "," + object("b", "2");
    CHECK(rig.tell(rig.watcher.on_page(page(two, "10", "more"))) != "wait");
    CHECK(rig.tell(rig.watcher.on_page(page(two, "10", "more"))) == "wait");
    CHECK(rig.watcher.problem() == "there are more than 4 objects: delete those that nobody needs");
  }
}
