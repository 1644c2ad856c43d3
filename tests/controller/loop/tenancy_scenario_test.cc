// Golden scenarios of several tenants on one controller: what the admin does not admit is not asked and says so, and
// nobody's history or failure keeps another's from being read.
#include <catch2/catch.hpp>

#include "controller/loop/cycle/fair_shares.h"
#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

/// Ten Ready replicas, demand for two, nothing waiting.
struct Queued : World {
  Queued() {
    deployment().replicas = 10;
    cluster.settle("llm", true);
    spec().forecast.model = api::ModelChoice::Off;
    spec().demand[0].backlog_query = "waiting";
    waiting().value = [](WallTime) { return 0.0; };
  }
  FakeSeries& waiting() { return metrics.series["waiting"]; }
};

std::vector<std::string> promql_of(const std::vector<ports::MetricQuery>& queries) {
  std::vector<std::string> texts;
  for (const auto& query : queries) texts.push_back(query.promql);
  return texts;
}

TEST_CASE_METHOD(World, "what the admin forbids is not asked, holds, and says whom to turn to") {
  deployment().replicas = 10;
  cluster.settle("llm", true);
  spec().demand[0].backlog_query = "waiting";
  metrics.admission = [](const std::string&, const std::string&) -> Result<std::string> {
    return Error{ErrorKind::Invalid, "the admin of this controller forbids raw PromQL", {}};
  };
  run_for(10min);
  CHECK(metrics.asked.empty());
  CHECK(deployment().replicas == 10);
  CHECK(condition("MetricsHealthy").reason == "MetricsMissing");
  CHECK_THAT(condition("MetricsHealthy").message, Catch::Contains("forbids raw PromQL"));
  CHECK_THAT(condition("ForecastEligible").message, Catch::Contains("forbids raw PromQL"));
}

TEST_CASE_METHOD(World, "value, backlog, history and evidence are all asked as they were admitted") {
  spec().demand[0].backlog_query = "waiting";
  metrics.admission = [](const std::string& promql, const std::string& ns) -> Result<std::string> {
    return promql + "@" + ns;
  };
  std::vector<WallTime> judged;
  for (const char* query : {"demand@serving", "waiting@serving"}) {
    metrics.series[query].value = [](WallTime) { return 15.0; };
    metrics.series[query].evidence = [&judged](WallTime at) {
      judged.push_back(at);
      return ports::Evidence{{{"serving", "", at}}, Millis(0), true};
    };
  }
  cycle();
  CHECK(promql_of(metrics.asked) == std::vector<std::string>{"demand@serving", "waiting@serving", "demand@serving"});
  CHECK(judged.size() == 2);
  CHECK(condition("MetricsHealthy").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(World, "one tenant's refusal is that tenant's alone") {
  add("other", 2, "theirs").meta.ns = "other";
  metrics.admission = [](const std::string& promql, const std::string& ns) -> Result<std::string> {
    if (ns == "other") return Error{ErrorKind::Invalid, "not admitted", {}};
    return promql;
  };
  cycle();
  CHECK(condition("MetricsHealthy").status == api::ConditionStatus::True);
  CHECK_THAT(condition("MetricsHealthy", "other").message, Catch::Contains("not admitted"));
  for (const auto& text : promql_of(metrics.asked)) CHECK(text == "demand");
}

TEST_CASE("shares of a budget are max-min fair") {
  using Shares = std::vector<int>;
  CHECK(fair_shares({}, 10).empty());
  CHECK(fair_shares({3, 4}, 10) == Shares{3, 4});
  CHECK(fair_shares({100, 100}, 10) == Shares{5, 5});
  CHECK(fair_shares({100, 1, 100}, 11) == Shares{5, 1, 5});
  CHECK(fair_shares({100, 3, 2}, 9) == Shares{4, 3, 2});
  CHECK(fair_shares({7, 7}, 0) == Shares{0, 0});
  CHECK(fair_shares({7}, -1) == Shares{0});
}

TEST_CASE_METHOD(World, "an object that asks for years again and again does not hold up another's week") {
  settings.history_budget_points = 2'000;
  spec().forecast.history = 168h;
  for (const char* hog : {"a-hog", "b-hog", "z-hog"}) {  // before and behind in any order by name
    auto& object = add(hog, 1, hog);
    object.spec.forecast.history = 8'760h;
    metrics.series[hog].range_error = Error{ErrorKind::Unavailable, "out of memory", {}};
  }
  restart();
  int cycles = 0;
  while (cycles < 200) {
    cycle();
    ++cycles;
    clock.time += 1s;
    if (condition("ForecastEligible").message.find("history is being read") == std::string::npos) break;
  }
  CHECK(cycles <= 10'080 / (2'000 / 4) + 1);
}

TEST_CASE_METHOD(World, "values are asked before histories, and everybody is first now and then") {
  for (const char* name : {"a", "b", "c"}) add(name, 1, name);
  restart();
  std::set<std::string> first;
  for (int i = 0; i < 4; ++i) {
    cycle();
    first.insert(metrics.asked.front().promql);
    bool histories = false;
    for (const auto& query : metrics.asked) {
      histories = histories || query.start.has_value();
      CHECK(histories == query.start.has_value());
    }
    clock.time += settings.cycle;
  }
  CHECK(first.size() == 4);
}

TEST_CASE_METHOD(World, "a namespace that wants too many queries waits in turns, and keeps nobody else waiting") {
  for (int i = 0; i < 30; ++i) add("many" + std::to_string(i), 2, "demand of many" + std::to_string(i));
  for (auto& [name, stored] : cluster.objects) stored.object.meta.ns = name == "llm" ? "other" : "serving";
  settings.max_queries = 40;
  restart();
  std::map<std::string, int> asked;
  constexpr int kCycles = 12;
  for (int i = 0; i < kCycles; ++i) {
    cycle();
    CHECK(metrics.asked.size() <= 40);
    for (const auto& query : metrics.asked) {
      if (!query.start) ++asked[query.promql];
      CHECK(query.tenant == (query.promql == "demand" ? "other" : "serving"));
    }
    clock.time += settings.cycle;
  }
  CHECK(asked["demand"] == kCycles);
  CHECK(asked.size() == 31);
  for (const auto& [promql, times] : asked) {
    INFO(promql);
    CHECK(times >= 3);
  }
  const auto waits = [&](const ports::ObjectReport& one) {
    return std::any_of(one.errors.begin(), one.errors.end(), [](const auto& error) {
      return error.message.find("waits for a later cycle: the objects of namespace serving want") != std::string::npos;
    });
  };
  CHECK(std::any_of(reporter.cycle.objects.begin(), reporter.cycle.objects.end(), waits));
}

TEST_CASE_METHOD(Queued,
                 "what lies behind more series selectors than one object may have is not asked for, and holds") {
  metrics.evidence_takes = [](const std::string& promql) { return promql == "demand" ? 60 : 40; };
  run_for(10min);
  CHECK(deployment().replicas == 10);
  CHECK_THAT(condition("MetricsHealthy").message, Catch::Contains("may have 96 series selectors in all"));
  metrics.evidence_takes = [](const std::string&) { return 40; };
  run_for(10min);
  CHECK(deployment().replicas == 2);
}

TEST_CASE_METHOD(World, "of a namespace's queries that time out one is asked again in a cycle, each in its turn") {
  auto& many = add("many", 2, "slow0");
  many.meta.ns = "tenant";
  for (int i = 1; i < 6; ++i) {
    many.spec.demand.push_back(many.spec.demand[0]);
    many.spec.demand.back().name = "d" + std::to_string(i);
    many.spec.demand.back().query = "slow" + std::to_string(i);
  }
  restart();
  for (int i = 0; i < 6; ++i) {
    auto& series = metrics.series["slow" + std::to_string(i)];
    series.value = [](WallTime) { return 15.0; };
    series.error = Error{ErrorKind::Timeout, "no answer", {}};
  }
  std::map<std::string, int> asked;  // values in a cycle, over all of its batches
  metrics.on_query = [&](Millis) {
    for (const auto& query : metrics.asked)
      if (!query.start && query.promql.starts_with("slow")) ++asked[query.promql];
  };
  cycle();
  CHECK(asked.size() == 6);
  asked.clear();
  for (int i = 0; i < 12; ++i) {
    clock.time += settings.cycle;
    cycle();
  }
  CHECK(asked.size() == 6);
  for (const auto& [promql, times] : asked) CHECK(times == 2);
  CHECK_THAT(condition("MetricsHealthy", "many").message, Catch::Contains("waits for its turn"));
  for (int i = 0; i < 6; ++i) metrics.series["slow" + std::to_string(i)].error.reset();
  for (int i = 0; i < 3; ++i) {
    clock.time += settings.cycle;
    asked.clear();
    cycle();
  }
  CHECK(asked.size() == 6);  // one, then four, then all
  CHECK(condition("MetricsHealthy", "many").status == api::ConditionStatus::True);
}

TEST_CASE_METHOD(World, "queries that were not asked for want of time are no slow ones") {
  auto& many = add("many", 2, "late0");
  for (int i = 1; i < 6; ++i) {
    many.spec.demand.push_back(many.spec.demand[0]);
    many.spec.demand.back().name = "d" + std::to_string(i);
    many.spec.demand.back().query = "late" + std::to_string(i);
  }
  for (int i = 0; i < 6; ++i) {
    auto& series = metrics.series["late" + std::to_string(i)];
    series.value = [](WallTime) { return 15.0; };
    series.error = Error{ErrorKind::Throttled, "not asked within 5s", {}};
  }
  restart();
  run_for(1min);
  CHECK_THAT(condition("MetricsHealthy", "many").message, Catch::Contains("not asked within"));
  std::set<std::string> asked;
  metrics.on_query = [&](Millis) {
    for (const auto& query : metrics.asked)
      if (query.promql.starts_with("late")) asked.insert(query.promql);
  };
  cycle();
  CHECK(asked.size() == 6);  // of slow ones it would be one
}

TEST_CASE_METHOD(World, "of more objects than are looked after each namespace has its share, its oldest ones") {
  for (int i = 0; i < 6; ++i) {
    auto& meta = add("many" + std::to_string(i), 2, "demand of many").meta;
    meta.created = clock.time - Millis(1'000 * (6 - i));
  }
  cluster.objects["llm"].object.meta.ns = "other";
  settings.max_objects = 4;
  restart();
  run_for(1min);
  std::set<std::string> refused;
  for (const auto& one : reporter.cycle.objects)
    if (!one.errors.empty()) refused.insert(one.key.name);
  CHECK(refused == std::set<std::string>{"many3", "many4", "many5"});
  CHECK(condition("Ready", "many3").status == api::ConditionStatus::False);
  CHECK(condition("Ready", "many3").reason == "BeyondMaxObjects");
  CHECK_THAT(condition("Ready", "many3").message, Catch::Contains("has 6 AIAutoscalers, and its share of the 4"));
  CHECK(std::any_of(metrics.asked.begin(), metrics.asked.end(), [](const auto& one) { return one.tenant == "other"; }));
}

TEST_CASE_METHOD(World, "series whose names change with each look fill no memory, and are not believed") {
  deployment().replicas = 10;
  cluster.settle("llm", true);
  spec().forecast.model = api::ModelChoice::Off;
  int look = 0;
  metrics.series["demand"].evidence = [&look](WallTime at) {
    ports::Evidence evidence;
    ++look;
    for (int i = 0; i < 2'000; ++i)
      evidence.pods.push_back({"ns", "", at, "host" + std::to_string(look) + "x" + std::to_string(i) + "y:80"});
    return evidence;
  };
  run_for(15min);
  CHECK(deployment().replicas == 10);
  CHECK_THAT(condition("MetricsHealthy").message, Catch::Contains("drop labels that change"));
}

TEST_CASE_METHOD(Queued, "a backlog that is known lets replicas go, one that is stale or partial never does") {
  run_for(10min);
  CHECK(deployment().replicas == 2);
}

TEST_CASE_METHOD(Queued, "a backlog's evidence counts like demand's") {
  struct Row {
    const char* what;
    std::function<void(Queued&)> spoil;
    std::string words;
  };
  const std::vector<Row> rows = {
      {"stale", [](Queued& w) { w.waiting().evidence = w.pods_report(10, 4min); }, "4m old"},
      {"half the pods", [](Queued& w) { w.waiting().evidence = w.pods_report(5, 5s); }, "5 of 10 Ready pods"},
      {"a default where there is no series", [](Queued& w) { w.waiting().evidence = w.pods_report(0, 0s); },
       "no series lies behind"},
      {"unknown",
       [](Queued& w) {
         w.waiting().evidence_error = Error{ErrorKind::Timeout, "too slow", {}};
       },
       "too slow"},
      {"missing", [](Queued& w) { w.metrics.series.erase("waiting"); }, "matched nothing"}};
  const auto row = GENERATE_COPY(from_range(rows));
  INFO(row.what);
  row.spoil(*this);
  run_for(15min);
  CHECK(deployment().replicas == 10);
  CHECK(condition("MetricsHealthy").reason == "BacklogMissing");
  CHECK_THAT(condition("MetricsHealthy").message,
             Catch::Contains("the backlog is not known: ") && Catch::Contains(row.words));
}

TEST_CASE_METHOD(Queued, "a backlog that is partial may raise, one that is stale may not") {
  deployment().replicas = 2;
  cluster.settle("llm");
  waiting().value = [](WallTime) { return 6000.0; };
  const bool stale = GENERATE(false, true);
  waiting().evidence = stale ? pods_report(2, 4min) : pods_report(1, 5s);
  cycle();
  CHECK((deployment().replicas > 2) == !stale);
}

}  // namespace
}  // namespace aia::loop::fakes
