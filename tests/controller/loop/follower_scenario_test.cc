// Golden scenarios with two controllers on one cluster: what a follower does not do, and what a fail-over does not
// repeat.
#include <catch2/catch.hpp>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

/// One controller's view of the shared cluster: it writes only while it leads.
class View : public ports::Cluster {
 public:
  explicit View(FakeCluster& cluster) : cluster_(cluster) {}
  bool thinks_it_leads = false;  // what leading() says
  bool may_write = false;        // what the lease says when a write is about to be sent
  int refused = 0;
  void lead(bool leads) { thinks_it_leads = may_write = leads; }

  [[nodiscard]] bool synced() const override { return cluster_.synced(); }
  [[nodiscard]] std::vector<ports::WatchAge> watch_ages() const override { return cluster_.watch_ages(); }
  [[nodiscard]] bool leading() const override { return thinks_it_leads; }
  std::vector<ports::AutoscalerView> autoscalers() override { return cluster_.autoscalers(); }
  std::vector<Result<ports::Target>> targets(const std::vector<api::Autoscaler>& of, Millis deadline) override {
    return cluster_.targets(of, deadline);
  }
  std::vector<ports::Owner> other_owners(const std::string& ns, const api::TargetRef& target) override {
    return cluster_.other_owners(ns, target);
  }
  std::vector<std::string> forecasts_of(const api::Autoscaler& of) override { return cluster_.forecasts_of(of); }
  Result<ports::ScaleView> read_scale(const api::Autoscaler& of) override { return cluster_.read_scale(of); }
  Result<std::string> write_scale(const api::Autoscaler& of, int replicas, const std::string& version) override {
    if (!may_write) return not_leading();
    return cluster_.write_scale(of, replicas, version);
  }
  Status write_forecast(const api::Forecast& forecast) override {
    return may_write ? cluster_.write_forecast(forecast) : not_leading();
  }
  Status delete_forecast(const api::ObjectKey& key) override {
    return may_write ? cluster_.delete_forecast(key) : not_leading();
  }
  Status write_status(const api::Autoscaler& of) override {
    return may_write ? cluster_.write_status(of) : not_leading();
  }
  Status write_event(const api::Autoscaler& about, const ports::Event& event) override {
    return may_write ? cluster_.write_event(about, event) : not_leading();
  }

 private:
  Error not_leading() {
    ++refused;
    return {ErrorKind::NotLeading, "the lease is not held", {}};
  }
  FakeCluster& cluster_;
};

/// Two controllers, the first of which leads.
struct Pair : World {
  View first{cluster}, second{cluster};
  LastReport reports;  // of the second
  std::optional<Loop> one, two;

  Pair() {
    first.lead(true);
    one.emplace(clock, metrics, first, reporter, settings);
    two.emplace(clock, metrics, second, reports, settings);
  }
  void run_both(Millis duration, const std::function<void()>& after_each = {}) {
    for (const WallTime end = clock.time + duration; clock.time < end; clock.time += settings.cycle) {
      for (auto& [name, deployment] : cluster.deployments) cluster.settle(name);
      if (one) one->run_once();
      if (two) two->run_once();
      if (after_each) after_each();
    }
  }
  /// The first one crashes; the second one leads from its next cycle on.
  void fail_over() {
    one.reset();
    second.lead(true);
  }
};

TEST_CASE_METHOD(Pair, "a follower observes, forecasts and plans, and does not even try to write") {
  one.reset();
  cluster.forecasts["llm.gone"].autoscaler = "llm";  // somebody else's to delete
  metrics.series["demand"].value = [](WallTime) { return 200.0; };
  run_both(10min);
  CHECK(second.refused == 0);
  CHECK(cluster.scale_writes.empty());
  CHECK(cluster.status_writes + cluster.forecast_writes + cluster.forecast_deletes == 0);
  CHECK(cluster.events.empty());
  CHECK_FALSE(reports.cycle.leading);
  REQUIRE(reports.cycle.objects.size() == 1);
  CHECK(reports.cycle.objects[0].action == api::Action::ScaleOut);
  CHECK(reports.cycle.objects[0].errors.empty());
  second.lead(true);
  run_both(settings.cycle);
  CHECK(reports.cycle.leading);
  CHECK(cluster.scale_writes.size() == 1);
  CHECK_FALSE(cluster.forecasts.contains("llm.gone"));
}

TEST_CASE_METHOD(Pair,
                 "a fail-over repeats no Event, keeps transition times, the last scale time and measured starts") {
  deployment().lead = 2min;
  spec().forecast.model = api::ModelChoice::Off;  // a forecast may scale out while metrics are missing
  run_both(5min);
  metrics.series["demand"].value = [](WallTime) { return 55.0; };
  run_both(10min);
  REQUIRE_FALSE(status().lead_time.samples.empty());
  metrics.series.clear();
  const auto began = clock.time;
  run_both(3min);
  const auto events = cluster.events.size();
  const auto before = status();
  CHECK(cluster.events.back().second.reason == "MetricsMissing");
  fail_over();
  run_both(3min);
  CHECK(cluster.events.size() == events);
  CHECK(condition("MetricsHealthy").last_transition == began);
  CHECK(status().last_scale_time == before.last_scale_time);
  CHECK(status().lead_time.samples == before.lead_time.samples);
  CHECK(second.refused == 0);
}

TEST_CASE_METHOD(Pair, "starts that only the follower saw, after the leader's last word, are not forgotten") {
  deployment().lead = 2min;
  run_both(5min);
  cluster.deployments.at("llm").replicas = 5;  // a person's doing
  run_both(1min);
  one.reset();  // nobody leads while the pods become Ready
  run_both(2min);
  fail_over();
  run_both(1min);
  CHECK(status().lead_time.samples == std::vector<Millis>{2min, 2min, 2min});
}

TEST_CASE_METHOD(Pair,
                 "scale-in waits for the window, as the follower saw it, one that just came waits for all of it") {
  metrics.series["demand"].value = [](WallTime) { return 95.0; };
  const bool warm = GENERATE(true, false);
  if (!warm) two.reset();
  run_both(30min);
  metrics.series["demand"].value = [](WallTime) { return 60.0; };  // above half of what is forecast: no collapse
  const auto dropped = clock.time;
  const auto writes = cluster.scale_writes.size();
  run_both(3min);
  REQUIRE(cluster.scale_writes.size() == writes);
  if (!warm) two.emplace(clock, metrics, second, reports, settings);
  const auto came = clock.time;
  fail_over();
  run_both(15min);
  REQUIRE(cluster.scale_writes.size() > writes);
  const auto waited = cluster.scale_writes[writes].at - (warm ? dropped : came);
  CHECK(waited >= settings.scale_down_stabilization);
  CHECK(waited <= settings.scale_down_stabilization + 4 * settings.cycle);
}

TEST_CASE_METHOD(Pair, "what the leader writes reverts nothing of the follower's") {
  double demand = 15;
  metrics.series["demand"].value = [&](WallTime) { return demand; };
  second.lead(true);
  first.lead(false);
  for (int i = 0; i < 4; ++i) {  // they take turns
    demand += 40;
    run_both(2min);
    std::swap(first.thinks_it_leads, second.thinks_it_leads);
    std::swap(first.may_write, second.may_write);
  }
  CHECK(cluster.scale_writes.size() >= 4);
  CHECK(condition("AbleToScale").reason == "ReadyToScale");
}

TEST_CASE_METHOD(Pair, "a lease that ends in mid-cycle ends the writing, and is no trouble of the object's") {
  two.reset();
  add("other", 2, "other demand");
  run_both(2min);
  const int statuses = cluster.status_writes;
  const auto events = cluster.events.size();
  first.may_write = false;
  for (const auto* query : {"demand", "other demand"}) metrics.series[query].value = [](WallTime) { return 200.0; };
  one->run_once();
  CHECK(first.refused == 1);  // the first write, and no other was tried
  CHECK_FALSE(reporter.cycle.leading);
  for (const auto& object : reporter.cycle.objects) {
    CHECK(object.errors.empty());
    CHECK_FALSE(object.scaled);
  }
  CHECK(cluster.status_writes == statuses);
  CHECK(cluster.events.size() == events);
  first.may_write = true;
  clock.time += settings.cycle;
  one->run_once();
  CHECK(cluster.scale_writes.size() == 2);
  CHECK(condition("AbleToScale").reason == "ReadyToScale");
}

}  // namespace
}  // namespace aia::loop::fakes
