// Who is missing and who was replaced: gateways come and go, and only a sum that lost somebody is not believed.
#include "controller/loop/demand/sources.h"

#include <catch2/catch.hpp>
#include <functional>

#include "tests/controller/loop/fakes.h"
#include "tests/start.h"

namespace aia::loop::fakes {
namespace {

TEST_CASE("sources: what replaces each other") {
  struct Row {
    const char* pod;
    const char* instance;
    const char* owner;
  };
  const std::vector<Row> rows = {
      {"gw-7d9f8b6c5d-x2x4z", "", "gw"},
      {"envoy-gateway-6b8cbd4f9-abcde", "", "envoy-gateway-6b8cbd4f9-abcde"},  // no generated suffix has an a
      {"gw-x2x4z", "", "gw"},
      {"gw-12", "", "gw"},
      {"group-0-1", "", "group"},
      {"gw", "", "gw"},
      {"12", "", "12"},
      {"ingress-nginx-controller-5c8d66c76d-m9gfp", "", "ingress-nginx-controller"},
      {"gw-7d9f8b6c5d-x2x4z", "10.0.0.7:9090", "gw"},
      {"", "10.0.0.7:9090", ":9090"},
      {"", "[fd00::7]:9090", ":9090"},
      {"", "10.0.0.7", ""},
      {"", "gw-3", "gw"},
      {"", "gw-3.gw.svc:9090", "gw.gw.svc:9090"},
      {"", "", ""},
      {"", "i-0a1b2c3d4e5f6a7b8.eu.internal:8080", "i.eu.internal:8080"},
      {"", "gke-prod-gw-pool-1a2b3c4d-x41b", "gke-prod-gw-pool"},
      {"", "gke-prod-gw-pool-deadbeef-bcdf", "gke-prod-gw-pool"},
      {"", "ip-10-0-3-7.ec2.internal:80", "ip.ec2.internal:80"},
      {"", "aks-pool-12345678-vmss00000a", "aks-pool"},
      {"", "3f2a9c41d0b7:80", ":80"},
      {"", "web01.dc:80", ".dc:80"},
      {"", "gw-east:80", "gw-east:80"},
      {"gw-east1", "", "gw-east1"},  // a pod's controller generates no such words
  };
  for (const auto& row : rows) CHECK(owner_of({0, "ingress", row.pod, row.instance}) == row.owner);
}

/// Pods of a gateway that report in a minute.
using Reporting = std::function<std::vector<std::string>(int minute)>;

std::vector<std::string> pods(int first, int last) {
  std::vector<std::string> names;
  for (int i = first; i <= last; ++i) names.push_back("gw-" + std::to_string(i));
  return names;
}

/// Gateways on nodes that a provider names, the `generation`th of each of ten places.
std::vector<std::string> nodes(int replaced, int count = 10) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    const int generation = (replaced + 9 - i) / 10;
    names.push_back("i-0a" + std::to_string(i) + "ce" + std::to_string(generation) + "f.eu.internal:8080");
  }
  return names;
}

/// The minutes in which somebody is missing, of an hour.
std::vector<int> lacking(const Reporting& reporting, bool on_hosts = false) {
  Sources sources;
  Settings settings;
  settings.cycle = 1min;
  std::vector<int> minutes;
  for (int minute = 0; minute < 60; ++minute) {
    ports::Evidence evidence;
    const WallTime now = kStart + std::chrono::minutes(minute);
    for (const auto& who : reporting(minute)) {
      const std::string pod = on_hosts ? "" : who, instance = on_hosts ? who : "at-" + who;
      evidence.pods.push_back({"ingress", pod, now - 5s, instance});
    }
    sources.observe(evidence, now, settings);
    if (!sources.missing({}).empty()) minutes.push_back(minute);
    CHECK(sources.missing({0}).empty());
  }
  return minutes;
}

std::vector<int> from_to(int first, int last) {
  std::vector<int> minutes;
  for (int i = first; i <= last; ++i) minutes.push_back(i);
  return minutes;
}

TEST_CASE("sources: a replaced one is not missing, a lost one is until it is forgotten") {
  struct Row {
    const char* what;
    Reporting reporting;
    std::vector<int> lacking;
  };
  const std::vector<Row> rows = {
      {"nothing happens", [](int) { return pods(0, 9); }, {}},
      {"one of ten is replaced every other minute", [](int minute) { return pods(minute / 2, minute / 2 + 9); }, {}},
      {"all are", [](int minute) { return minute < 30 ? pods(0, 9) : pods(10, 19); }, {}},
      {"the new one reports four minutes before the old one goes, again and again",
       [](int minute) { return pods(minute / 9, minute / 9 + (minute % 9 < 5 ? 9 : 10)); },
       {}},
      {"the new one reports two minutes after the old one went",
       [](int minute) { return minute < 30 || minute > 31 ? pods(0, 9) : pods(0, 8); },
       {30, 31}},
      {"one comes and goes",
       [](int minute) { return minute < 20 || minute % 10 < 4 ? pods(0, 9) : pods(0, 8); },
       {24, 25, 26, 27, 28, 29, 34, 35, 36, 37, 38, 39, 44, 45, 46, 47, 48, 49, 54, 55, 56, 57, 58, 59}},
      {"one is lost", [](int minute) { return minute < 30 ? pods(0, 9) : pods(0, 8); }, from_to(30, 39)},
      {"one is lost while others are replaced", [](int minute) { return pods(minute, minute + (minute < 30 ? 9 : 8)); },
       from_to(30, 39)},
      {"one of two is lost in the second look", [](int minute) { return minute < 1 ? pods(0, 1) : pods(0, 0); },
       from_to(1, 10)},
      {"all are lost", [](int minute) { return minute < 30 ? pods(0, 9) : pods(0, -1); }, from_to(30, 39)},
      {"more come and stay", [](int minute) { return minute < 30 ? pods(0, 9) : pods(0, 19); }, {}},
      {"more come, and go again after a quarter of an hour",
       [](int minute) { return minute < 30 || minute > 44 ? pods(0, 9) : pods(0, 19); }, from_to(45, 54)},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    CHECK(lacking(row.reporting) == row.lacking);
  }
}

TEST_CASE("sources: hosts with generated names are replaced as pods are, and lost as pods are") {
  CHECK(lacking([](int minute) { return nodes(minute / 8); }, true).empty());
  CHECK(lacking([](int minute) { return nodes(minute / 8, minute < 30 ? 10 : 9); }, true) == from_to(30, 39));
}

TEST_CASE("sources: a selector's loss does not hide in another, nor an owner's") {
  Sources sources;
  const Settings settings;
  const auto look = [&](int ingress, int exporter, WallTime now) {
    ports::Evidence evidence;
    for (int i = 0; i < ingress; ++i) evidence.pods.push_back({"ingress", "gw-" + std::to_string(i), now});
    for (int i = 0; i < exporter; ++i) evidence.pods.push_back({"", "", now, "10.0.0." + std::to_string(i) + ":80", 1});
    sources.observe(evidence, now, settings);
    return sources.missing({});
  };
  CHECK(look(4, 2, kStart).empty());
  const auto missing = look(5, 1, kStart + 15s);
  REQUIRE(missing.size() == 1);
  CHECK(missing[0].owner == ":80");
  CHECK(missing[0].missing == 1);
  CHECK(missing[0].of == 2);
  CHECK(missing[0].since == kStart + 15s);
  CHECK(look(3, 1, kStart + 30s).size() == 2);
  CHECK(look(4, 1, kStart + 45s)[0].since == kStart + 15s);
}

TEST_CASE("sources: time that was counted wrongly, or in which nobody looked, is no silence") {
  Sources sources;
  const Settings settings;
  const auto look = [&](int count, WallTime now) {
    ports::Evidence evidence;
    for (int i = 0; i < count; ++i) evidence.pods.push_back({"ingress", "gw-" + std::to_string(i), now});
    sources.observe(evidence, now, settings);
    return !sources.missing({}).empty();
  };
  CHECK_FALSE(look(2, kStart));
  sources.shift(5h);
  CHECK(look(1, kStart + 5h + 15s));
  CHECK(look(1, kStart + 9h));
  CHECK(sources.heard().size() == 2);
  CHECK(look(1, kStart + 9h + 30s));
}

TEST_CASE("sources: a sample that is dated ahead is no newer than now, and time that was counted wrongly dates none") {
  Sources sources;
  const auto behind = [&](WallTime newest, WallTime now) {
    ports::Evidence evidence;
    evidence.pods.push_back({"ingress", "gw-0", newest});
    sources.observe(evidence, now, Settings{});
    return sources.behind();
  };
  CHECK(behind(kStart + 5min, kStart) == 0s);
  CHECK(behind(kStart + 10s, kStart + 15s) == 0s);
  sources.shift(-1h);
  CHECK(behind(kStart - 1h, kStart - 1h) == 1h + 10s);
  sources.observe({}, kStart - 1h, Settings{});
  CHECK(sources.behind() == 0s);
}

TEST_CASE("sources: one that comes and goes with every look is not forgotten for that, and what is kept is bounded") {
  Sources sources;
  const Settings settings;
  for (int i = 0; i < 2000; ++i) {
    ports::Evidence evidence;
    const WallTime now = kStart + i * 15s;
    for (int pod = 0; pod < 2 + (i < 40 ? 1 : i % 2); ++pod)
      evidence.pods.push_back({"ingress", "gw-" + std::to_string(pod), now});
    sources.observe(evidence, now, settings);
    CHECK(sources.missing({}).empty() == (i < 40 || i % 2 == 1));
  }
}

/// The gateway of the test above as a demand's source.
struct Churn : World {
  int first = 0, last = 9;
  Churn() {
    deployment().replicas = 10;
    cluster.settle("llm", true);
    spec().forecast.model = api::ModelChoice::Off;
    auto& demand = metrics.series["demand"];
    demand.value = [](WallTime) { return 15.0; };
    demand.evidence = [this](WallTime at) {
      ports::Evidence evidence;
      for (int i = first; i <= last; ++i) evidence.pods.push_back({"ingress", "gw-" + std::to_string(i), at - 5s});
      return evidence;
    };
  }
};

TEST_CASE_METHOD(Churn,
                 "a gateway whose pods are replaced all day does not forbid scale-in, and one that loses a pod does") {
  int cycles = 0;
  run_for(8min, [&] { first += ++cycles % 8 == 0 ? 1 : 0, last = first + 9; });
  CHECK(deployment().replicas == 2);
  metrics.series["demand"].value = [](WallTime) { return 95.0; };
  run_for(6min);
  CHECK(deployment().replicas == 10);
  metrics.series["demand"].value = [](WallTime) { return 15.0; };
  last -= 2;
  const auto since = format_rfc3339(clock.time);
  run_for(6min);
  CHECK(deployment().replicas == 10);
  CHECK(condition("MetricsHealthy")
            .message.find("2 of 10 sources of ingress/gw that reported in the last 10m no longer "
                          "do (20 % of these sources), since " +
                          since) != std::string::npos);
  run_for(10min);
  CHECK(deployment().replicas == 2);
}

TEST_CASE_METHOD(Churn, "work in progress is asked beside a queue, with evidence of its own") {
  auto& demand = spec().demand[0];
  demand.kind = api::DemandKind::Queue;
  demand.running_query = "running";
  auto& running = metrics.series["running"];
  running.value = [](WallTime) { return 40.0; };
  cycle();
  CHECK(metrics.asked.size() == 2);
  CHECK(reporter.cycle.objects.at(0).errors.empty());
  running.error = Error{ErrorKind::Unavailable, "connection refused", {}};
  clock.time += 15s;
  cycle();
  CHECK(reporter.cycle.objects.at(0).errors.at(0).message == "running of demand requests: connection refused");
}

}  // namespace
}  // namespace aia::loop::fakes
