// Which Events are given, how often, and that one which was not answered is sent again.
#include "controller/loop/report/events.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

using api::Condition;
using api::ConditionStatus;
using api::ConditionType;

const Error kSilence{ErrorKind::Timeout, "no answer", {}};

/// One object's conditions from cycle to cycle, each 15 s long, and the notes of its Events.
struct Told {
  Events events;
  std::vector<Condition> before;
  Millis steady{0};
  CircuitBreaker breaker;
  std::optional<Error> error;
  std::vector<std::string> notes;

  std::vector<Error> send() {
    return events.send(breaker, [&](const ports::Event& event) -> Status {
      if (error) return *error;
      notes.push_back(event.note);
      return done;
    });
  }
  void cycle(const std::vector<Condition>& now) {
    events.tell(now, before, {ConditionType::Ready, ConditionType::MetricsHealthy}, steady, kQuietCycles * Millis(15s));
    before = now;
    send();
    steady += 15s;
  }
  void cycles(int n, const std::vector<Condition>& now) {
    for (int i = 0; i < n; ++i) cycle(now);
  }
};

std::vector<Condition> healthy() {
  return {{ConditionType::Ready, ConditionStatus::True, api::Code::Active, "", {}, 1}};
}

/// As the loop makes them: Ready repeats the words of what is wrong.
std::vector<Condition> missing(const std::string& why, api::Code reason = api::Code::MetricsMissing) {
  return {{ConditionType::Ready, ConditionStatus::False, reason, why, {}, 1},
          {ConditionType::MetricsHealthy, ConditionStatus::False, reason, why, {}, 1}};
}

TEST_CASE("another cause behind the same reason is told, other figures of the same cause are not") {
  Told told;
  told.cycle(healthy());
  told.cycles(20, missing("requests: the query matches nothing"));
  CHECK(told.notes.size() == 1);
  told.cycle(missing("requests: HTTP 503 from the server"));
  CHECK(told.notes ==
        std::vector<std::string>{"requests: the query matches nothing", "requests: HTTP 503 from the server"});
  for (int i = 0; i < 40; ++i) told.cycle(missing("requests: HTTP 50" + std::to_string(i) + " from the server"));
  CHECK(told.notes.size() == 2);
}

TEST_CASE("words that change in every cycle and trouble that comes and goes give one Event in ten cycles") {
  Told told;
  std::string why = "a";
  SECTION("another cause each time") {
    for (int i = 0; i < 100; ++i) told.cycle(missing(why += "a"));
  }
  SECTION("well every other cycle") {
    for (int i = 0; i < 100; ++i) told.cycle(i % 2 == 0 ? missing(why) : healthy());
  }
  SECTION("two reasons in turn") {
    for (int i = 0; i < 100; ++i)
      told.cycle(missing(why, i % 4 < 2 ? api::Code::MetricsMissing : api::Code::MetricsStale));
    CHECK(told.notes.size() >= 9);
    CHECK(told.notes.size() <= 20);
    return;
  }
  CHECK(told.notes.size() >= 9);
  CHECK(told.notes.size() <= 11);
}

TEST_CASE("a new reason is told at once") {
  Told told;
  told.cycle(missing("x"));
  told.cycle(missing("x", api::Code::MetricsStale));
  CHECK(told.notes.size() == 2);
}

TEST_CASE("what the process before told is not told again, another cause is") {
  Told told;
  told.before = missing("requests: no answer for 12s");
  told.cycle(missing("requests: no answer for 27s"));
  CHECK(told.notes.empty());
  told.cycle(missing("requests: matches nothing"));
  CHECK(told.notes.size() == 1);
}

TEST_CASE("an Event that was not answered is sent again, in order, ten times at most") {
  Told told;
  told.events.add({false, api::Code::ScaledOut, api::EventAction::ScaleOut, "first"}, told.steady);
  told.events.add({false, api::Code::ScaledOut, api::EventAction::ScaleOut, "second"}, told.steady);
  told.error = kSilence;
  SECTION("until it is taken") {
    CHECK(told.send().size() == 1);  // the second waits for the first
    told.error.reset();
    CHECK(told.send().empty());
    CHECK(told.notes == std::vector<std::string>{"first", "second"});
    CHECK(told.send().empty());
    CHECK(told.notes.size() == 2);
  }
  SECTION("not for ever") {
    int tries = 0;
    std::string last;
    for (int i = 0; i < 100; ++i) {
      told.breaker = CircuitBreaker();
      for (const auto& error : told.send()) ++tries, last = error.message;
    }
    CHECK(tries == 2 * Events::kTries);
    CHECK(last.find("given up") != std::string::npos);
  }
  SECTION("what is refused is not") {
    told.error = Error{ErrorKind::Forbidden, "events are forbidden", {}};
    CHECK(told.send().size() == 2);
    told.error.reset();
    told.send();
    CHECK(told.notes.empty());
  }
}

TEST_CASE("Events that cannot be sent are bounded, and it is said that some were given up") {
  Told told;
  for (int i = 0; i < Events::kMost; ++i)
    told.events.add({false, api::Code::ScaledOut, api::EventAction::ScaleOut, std::to_string(i)}, told.steady);
  const auto errors = told.send();
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].message.find("17 Events are given up") == 0);
  CHECK(told.notes.size() == Events::kMostUnsent);
  CHECK(told.notes.back() == "24");
}

TEST_CASE("an allowance is full at first, gains one at a time, and never more than it was") {
  Allowance allowance(3, 10s);
  const auto take = [&](Millis at, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; ++i) taken += allowance.take(at) ? 1 : 0;
    return taken;
  };
  const Millis begin = 1h;  // a steady clock begins anywhere
  CHECK(take(begin, 5) == 3);
  CHECK(take(begin + 9s, 5) == 0);
  CHECK(take(begin + 10s, 5) == 1);
  CHECK(take(begin + 29s, 5) == 1);  // what is begun is not lost
  CHECK(take(begin + 30s, 5) == 1);
  CHECK_FALSE(allowance.is_full(begin + 59s));
  CHECK(allowance.is_full(begin + 60s));
  CHECK(take(begin + 10h, 5) == 3);
  CHECK(take(begin + 10h + 10s, 5) == 1);
}

TEST_CASE("trouble that comes and goes for a day is told as the allowance has it, and that some is left out is said") {
  Told told;
  std::size_t left_out = 0;
  for (int i = 0; i < 24 * 240; ++i) {
    told.events.tell(i % 2 == 0 ? missing("requests: HTTP 503") : healthy(), told.before, {ConditionType::Ready},
                     told.steady, kQuietCycles * Millis(15s));
    told.before = i % 2 == 0 ? missing("requests: HTTP 503") : healthy();
    for (const auto& error : told.send()) {
      CHECK(error.kind == ErrorKind::Invalid);  // of the object: it is not the API server that is in trouble
      CHECK(error.message.find("1 Events are left out: an object gives 25 of a type, then one in 5m; ") == 0);
      ++left_out;
    }
    told.steady += 15s;
  }
  CHECK(told.notes.size() <= Events::kMost + 24 * 12);
  CHECK(told.notes.size() >= 24 * 12);
  CHECK(told.notes.size() + left_out == 24 * 240 / 10);
  told.events.add({true, api::Code::MetricsMissing, api::EventAction::Reconcile, "the last one"}, told.steady);
  told.events.add({true, api::Code::MetricsMissing, api::EventAction::Reconcile, "one too many"}, told.steady);
  told.send();
  told.events.add({false, api::Code::ScaledOut, api::EventAction::ScaleOut, "from 3 to 4"},
                  told.steady);  // trouble took nothing from it
  CHECK(told.send().empty());
  CHECK(told.notes.back() == "from 3 to 4");
}

TEST_CASE("the objects of a namespace share an allowance, another namespace has its own") {
  EventShares shares;
  const auto written_by = [&](const std::string& ns, int objects, Millis steady) {
    std::size_t written = 0, errors = 0;
    CircuitBreaker breaker;
    for (int i = 0; i < objects; ++i) {
      Events events;  // of an object that was made just now
      for (int k = 0; k < 5; ++k)
        events.add({true, api::Code::MetricsMissing, api::EventAction::Reconcile, std::to_string(k)}, steady);
      const auto sent = events.send(
          breaker, [&](const ports::Event&) -> Status { return ++written, done; },
          [&] { return shares.take(ns, steady); });
      for (const auto& error : sent) {
        CHECK(error.message.find(" Events are left out: a namespace gives 250, then one in 10s") != std::string::npos);
        ++errors;
      }
    }
    CHECK((errors > 0) == (written < 5U * static_cast<std::size_t>(objects)));
    return written;
  };
  CHECK(written_by("flood", 2000, 1h) == EventShares::kMost);
  CHECK(written_by("quiet", 10, 1h) == 50);
  CHECK(written_by("flood", 2000, 1h + 60s) == 6);
  CHECK(written_by("flood", 10, 10h) == 50);
}

TEST_CASE("a long note is cut, not inside a character") {
  Told told;
  std::string note = "a";
  for (int i = 0; i < 1000; ++i) note += "ä";
  told.events.add({false, api::Code::ScaledOut, api::EventAction::ScaleOut, note}, told.steady);
  told.send();
  REQUIRE(told.notes.size() == 1);
  CHECK(told.notes[0].size() <= 1024);
  CHECK(told.notes[0].size() > 1000);
  CHECK(told.notes[0].substr(told.notes[0].size() - 5) == "ä…");
}

TEST_CASE_METHOD(World, "a value that flaps and an error with another request's id each time: a handful of Events") {
  run_for(2min);
  int asked = 0;
  const auto trouble = [&](const std::string& error) {
    auto& series = metrics.series["demand"];
    series.error.reset();
    if (++asked % 2 == 0) return;
    if (error.empty()) series.value = [](WallTime) { return std::nan(""); };
    if (!error.empty()) series.error = Error{ErrorKind::Invalid, error, {}};
  };
  const auto value = metrics.series["demand"].value;
  std::string long_words;
  SECTION("NaN every other cycle") {}
  SECTION("refused every other cycle, in other words each time") {
    long_words = "the query exceeded the limit";
  }
  SECTION("with megabytes of words") {
    long_words = std::string(2 << 20, 'x');
  }
  for (int i = 0; i < 60; ++i) {
    metrics.series["demand"].value = value;
    trouble(long_words.empty() ? "" : long_words + " (request id " + std::to_string(i) + "-abc)");
    clock.time += settings.cycle;
    cycle();
    for (const auto& condition : status().conditions) CHECK(condition.message.size() <= 1024);
    for (const auto& reason : status().reasons) CHECK(reason.message.size() <= 1024);
  }
  CHECK(cluster.events.size() >= 1);
  CHECK(cluster.events.size() <= 8);
  for (const auto& [about, event] : cluster.events) CHECK(event.note.size() <= 1024);
}

TEST_CASE_METHOD(World,
                 "the Events of a scale-out and of trouble arrive, though the API server did not answer at first") {
  run_for(2min);
  cluster.event_error = kSilence;
  metrics.series["demand"].value = [](WallTime) { return 200.0; };
  cycle();
  CHECK(cluster.scale_writes.size() == 1);
  metrics.series.clear();
  run_for(1min);
  CHECK(cluster.events.empty());
  cluster.event_error.reset();
  run_for(1min);
  REQUIRE(cluster.events.size() == 2);
  CHECK(cluster.events[0].second.reason == "ScaledOut");
  CHECK(cluster.events[1].second.reason == "MetricsMissing");
}

TEST_CASE_METHOD(World, "a query that fails otherwise than before is told within a grid step") {
  run_for(2min);
  metrics.series.clear();
  run_for(5min);
  REQUIRE(cluster.events.size() == 1);
  metrics.series["demand"].error = Error{ErrorKind::Unavailable, "connection refused", {}};
  run_for(settings.grid_step + settings.cycle);
  REQUIRE(cluster.events.size() == 2);
  CHECK(cluster.events[1].second.reason == "MetricsMissing");
  CHECK(cluster.events[1].second.note.find("connection refused") != std::string::npos);
  run_for(30min);
  CHECK(cluster.events.size() == 2);
}

TEST_CASE_METHOD(World, "pods that lose Ready are told once, by name") {
  deployment().replicas = 10;
  cluster.settle("llm", true);
  metrics.series["demand"].value = [](WallTime) { return 95.0; };
  run_for(5min);
  cluster.events.clear();
  deployment().lose(3);
  run_for(20min);
  const auto told = std::count_if(cluster.events.begin(), cluster.events.end(), [](const auto& event) {
    return event.second.warning && event.second.reason == "CapacityLost" &&
           event.second.note.find("llm-0, llm-1, llm-2") != std::string::npos;
  });
  CHECK(told == 1);
}

TEST_CASE_METHOD(World, "a scale-out is told though the status could not be written") {
  run_for(2min);
  cluster.report_error = kSilence;
  metrics.series["demand"].value = [](WallTime) { return 200.0; };
  cycle();
  cluster.report_error.reset();
  cycle();
  REQUIRE(cluster.events.size() == 1);
  CHECK(cluster.events[0].second.reason == "ScaledOut");
}

}  // namespace
}  // namespace aia::loop::fakes
