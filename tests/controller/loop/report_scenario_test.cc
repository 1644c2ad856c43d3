// Golden scenarios: what is written about an object, and how often.
#include <catch2/catch.hpp>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

TEST_CASE_METHOD(World, "in a quiet hour status and Forecast are written once per grid step, not once per cycle") {
  // Sentences change at every cycle, nothing else does.
  metrics.series["demand"].value = [](WallTime at) {
    return 14.0 + static_cast<double>(at.time_since_epoch() / 15s % 3) / 5;
  };
  run_for(10min);
  const int statuses = cluster.status_writes, forecasts = cluster.forecast_writes;
  run_for(1h);
  CHECK(cluster.scale_writes.empty());
  CHECK(cluster.status_writes - statuses <= 61);
  CHECK(cluster.forecast_writes - forecasts <= 61);
  CHECK(cluster.forecast_writes - forecasts >= 59);
}

TEST_CASE_METHOD(World, "a decision that changes is written at once") {
  run_for(2min);
  const int statuses = cluster.status_writes, forecasts = cluster.forecast_writes;
  metrics.series["demand"].value = [](WallTime) { return 200.0; };
  cycle();
  CHECK(cluster.status_writes == statuses + 1);
  CHECK(cluster.forecast_writes == forecasts + 1);
  CHECK(cluster.forecasts.at("llm.requests").status.now == 200);
}

TEST_CASE_METHOD(World, "a Forecast expires soon after its successor was due") {
  cycle();
  const auto& forecast = cluster.forecasts.at("llm.requests").status;
  CHECK(forecast.expires > clock.time + settings.grid_step);
  CHECK(forecast.expires <= clock.time + settings.forecast_expiry());
}

TEST_CASE_METHOD(World, "a demand entry that is removed takes its Forecast with it") {
  auto tokens = spec().demand[0];
  tokens.name = "tokens";
  spec().demand.push_back(tokens);
  cycle();
  CHECK(cluster.forecasts.size() == 2);
  spec().demand.pop_back();
  clock.time += 15s;
  cycle();
  CHECK(cluster.forecasts.size() == 1);
  CHECK(cluster.forecasts.contains("llm.requests"));
  CHECK(cluster.forecast_deletes == 1);
}

TEST_CASE_METHOD(World, "an object that is gone is forgotten, one of the same name starts afresh") {
  run_for(1min);
  const auto object = cluster.objects.at("llm");
  cluster.objects.clear();
  cycle();
  CHECK(reporter.cycle.objects.empty());
  cluster.objects["llm"] = object;
  cluster.objects["llm"].object.meta.uid = "uid-2";
  cycle();
  REQUIRE(metrics.asked.size() == 2);
  CHECK(metrics.asked[1].end - *metrics.asked[1].start >= 59min);
}

TEST_CASE_METHOD(World, "trouble is told once when it begins, and conditions keep their transition times") {
  run_for(2min);
  CHECK(cluster.events.empty());
  const auto healthy = metrics.series["demand"];
  metrics.series.clear();
  const auto began = clock.time;
  run_for(5min);
  REQUIRE(cluster.events.size() == 1);
  CHECK(cluster.events[0].second.warning);
  CHECK(cluster.events[0].second.reason == "MetricsMissing");
  CHECK(condition("MetricsHealthy").last_transition == began);
  CHECK(condition("MetricsHealthy").observed_generation == 1);
  metrics.series["demand"] = healthy;
  run_for(1min);
  CHECK(cluster.events.size() == 1);
  metrics.series.clear();
  run_for(1min);
  CHECK(cluster.events.size() == 2);
}

TEST_CASE_METHOD(World, "a status that could not be written is written later") {
  cluster.report_error = Error{ErrorKind::Unavailable, "connection refused", {}};
  run_for(1min);
  CHECK(status().conditions.empty());
  cluster.report_error.reset();
  cycle();
  CHECK(condition("Ready").reason == "Active");
}

TEST_CASE_METHOD(World, "an API server that does not answer is asked three times a cycle, not once per object") {
  for (int i = 0; i < 20; ++i) add("other-" + std::to_string(i), 1, "q" + std::to_string(i));
  int asked = 0;
  cluster.report_error = Error{ErrorKind::Timeout, "no answer", {}};
  reporter.also = [&](const ports::CycleReport& report) {
    for (const auto& object : report.objects) {
      for (const auto& error : object.errors) asked += error.step == "report" ? 1 : 0;
    }
  };
  cycle();
  CHECK(asked <= 3);
}

TEST_CASE_METHOD(World, "where reads were not answered, one write is tried and no more") {
  add("other", 1, "q");
  add("third", 1, "q");
  for (auto& [name, deployment] : cluster.deployments)
    deployment.read_error = Error{ErrorKind::Timeout, "no answer", {}};
  cluster.report_error = Error{ErrorKind::Timeout, "no answer", {}};
  int asked = 0;
  reporter.also = [&](const ports::CycleReport& report) {
    for (const auto& object : report.objects) {
      for (const auto& error : object.errors) asked += error.step == "report" ? 1 : 0;
    }
  };
  cycle();
  CHECK(asked == 1);
}

TEST_CASE_METHOD(World, "what demand needs is told in GPUs, too, where the pods are known") {
  const auto needed = [&] { return cluster.forecasts.at("llm.requests").status; };
  run_for(2min);
  REQUIRE(needed().replicas);
  CHECK_FALSE(needed().gpus);
  CHECK_FALSE(reporter.cycle.objects.at(0).demand.at(0).gpus);
  deployment().replica = api::ReplicaShape{{{{{"nvidia.com/gpu", 8}}, 1}, {{{"nvidia.com/gpu", 4}}, 2}}};
  run_for(2min);
  CHECK(needed().gpus == 16 * *needed().replicas);
  CHECK(reporter.cycle.objects.at(0).demand.at(0).gpus == needed().gpus);
  metrics.series["demand"].error = Error{ErrorKind::Unavailable, "down", {}};
  run_for(30min);
  CHECK_FALSE(needed().gpus);  // not known is not 0
}

TEST_CASE_METHOD(World, "the cycle's report has the bounds, the conditions and how far the data is believed") {
  run_for(1min);
  const auto& whole = reporter.cycle.objects.at(0);
  CHECK(reporter.cycle.period == settings.cycle);
  CHECK(whole.min == spec().min_replicas);
  CHECK(whole.max == spec().max_replicas);
  CHECK(whole.conditions.at(0).reason == condition("Ready").reason);
  CHECK(whole.demand.at(0).trust == api::Trust::Whole);
  CHECK(whole.demand.at(0).data_age.has_value());
  metrics.series["demand"].warnings = {"remote read timed out"};
  run_for(1min);
  CHECK(reporter.cycle.objects.at(0).demand.at(0).trust == api::Trust::Partial);
  metrics.series.clear();
  run_for(1min);
  CHECK(reporter.cycle.objects.at(0).demand.at(0).trust == api::Trust::Missing);
  CHECK_FALSE(reporter.cycle.objects.at(0).demand.at(0).data_age.has_value());
  CHECK(reporter.cycle.objects.at(0).conditions.at(2).reason == "MetricsMissing");
}

TEST_CASE_METHOD(World, "every step is timed, and the cycle ends when it is told to") {
  cycle();
  REQUIRE(reporter.cycle.steps.size() == 5);
  CHECK(reporter.cycle.steps[0].step == "observe");
  CHECK(reporter.cycle.steps[4].step == "report");
  metrics.series["demand"].value = [](WallTime) { return 200.0; };
  std::stop_source stop;
  cluster.on_targets = [&] { stop.request_stop(); };
  clock.time += 15s;
  loop->run_once(stop.get_token());
  CHECK(cluster.scale_writes.empty());
}

}  // namespace
}  // namespace aia::loop::fakes
