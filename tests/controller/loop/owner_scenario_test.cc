// Golden scenarios: who may write the scale, and what is written when we may not.
#include <catch2/catch.hpp>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

/// Two replicas, demand for ten.
struct Busy : World {
  Busy() {
    spec().forecast.model = api::ModelChoice::Off;
    metrics.series["demand"].value = [](WallTime) { return 95.0; };
  }
};

TEST_CASE_METHOD(Busy, "Auto writes the scale and says why") {
  run_for(15s);
  REQUIRE(cluster.scale_writes.size() == 1);
  CHECK(cluster.scale_writes[0].replicas == 4);  // one sample alone, after a start: twice the replicas at most
  cycle();
  REQUIRE(cluster.scale_writes.size() == 2);
  CHECK(cluster.scale_writes[1].replicas == 10);
  CHECK(status().desired_replicas == 10);
  CHECK(status().last_scale_time == clock.time);
  CHECK_FALSE(status().reasons.empty());
  REQUIRE(cluster.events.size() == 2);
  CHECK(cluster.events[1].second.reason == "ScaledOut");
  CHECK(cluster.events[1].second.note.rfind("from 4 to 10 replicas: ", 0) == 0);
}

TEST_CASE_METHOD(Busy, "Recommend writes nothing but status and Forecasts") {
  spec().mode = api::Mode::Recommend;
  run_for(2min);
  CHECK(cluster.scale_writes.empty());
  CHECK(condition("Ready").message.find("nothing is scaled until spec.mode is Auto") != std::string::npos);
  cluster.owners["llm"] = {{"HorizontalPodAutoscaler", "llm-hpa"}};
  run_for(2min);
  CHECK(cluster.scale_writes.empty());
  CHECK(cluster.events.empty());
  CHECK(status().desired_replicas == 10);
  CHECK(cluster.forecasts.contains("llm.requests"));
  CHECK(condition("Ready").status == api::ConditionStatus::True);
  CHECK(condition("Ready").reason == "Recommending");
  CHECK(condition("AbleToScale").message.find("HorizontalPodAutoscaler llm-hpa") != std::string::npos);
}

TEST_CASE_METHOD(Busy, "Paused holds the replicas and keeps reporting") {
  spec().mode = api::Mode::Paused;
  run_for(2min);
  CHECK(cluster.scale_writes.empty());
  CHECK(cluster.forecasts.contains("llm.requests"));
  CHECK(condition("Ready").reason == "Paused");
}

TEST_CASE_METHOD(Busy, "replicas that a person set to 0 stay 0, and the conditions say so") {
  deployment().replicas = 0;
  cluster.settle("llm", true);
  run_for(2min);
  CHECK(cluster.scale_writes.empty());
  CHECK(condition("Ready").status == api::ConditionStatus::False);
  CHECK(condition("Ready").reason == "ScaledToZeroByHand");
  deployment().replicas = 1;  // the person is back
  cluster.settle("llm", true);
  cycle();
  CHECK(cluster.scale_writes.size() == 1);
  CHECK(condition("Ready").reason == "Active");
}

TEST_CASE_METHOD(Busy, "an HPA on the target: touch nothing, say who") {
  cluster.owners["llm"] = {{"HorizontalPodAutoscaler", "llm-hpa"}};
  run_for(2min);
  CHECK(cluster.scale_writes.empty());
  CHECK(condition("Ready").status == api::ConditionStatus::False);
  CHECK(condition("Ready").reason == "Conflict");
  CHECK(condition("Ready").message.find("HorizontalPodAutoscaler llm-hpa") != std::string::npos);
  REQUIRE(cluster.events.size() == 1);  // told once, not at every cycle
  CHECK(cluster.events[0].second.reason == "Conflict");
  cluster.owners.clear();
  run_for(30s);
  CHECK(deployment().replicas == 10);
}

TEST_CASE_METHOD(Busy, "of two AIAutoscalers on one target the older acts") {
  auto& second = add("younger", 1, "demand");
  second.spec.target.name = "llm";
  second.spec.forecast.model = api::ModelChoice::Off;
  second.meta.created = clock.time + 1s;
  second.spec.max_replicas = 5;
  run_for(2min);
  CHECK(deployment().replicas == 10);
  CHECK(condition("Ready", "younger").reason == "Conflict");
  CHECK(condition("Ready", "younger").message.find("AIAutoscaler llm ") != std::string::npos);
  CHECK(condition("Ready").reason == "Active");
  spec().mode = api::Mode::Recommend;  // the older one owns nothing now
  run_for(15min);
  CHECK(deployment().replicas == 5);
}

TEST_CASE_METHOD(Busy, "reverted twice: stand back for ten minutes, then try again") {
  const auto revert = [&] {
    deployment().replicas = 2;
    ++deployment().version;
  };
  run_for(15s, revert);
  run_for(15s, revert);
  CHECK(cluster.scale_writes.size() == 2);
  run_for(9min);
  CHECK(cluster.scale_writes.size() == 2);
  CHECK(condition("Ready").reason == "Conflict");
  CHECK(condition("Ready").message.find("set the replicas back twice") != std::string::npos);
  run_for(2min);
  CHECK(cluster.scale_writes.size() == 3);
}

TEST_CASE_METHOD(Busy, "what a person sets while it is Paused reverts nothing of ours") {
  run_for(30s);
  CHECK(deployment().replicas == 10);
  spec().mode = api::Mode::Paused;
  for (const int replicas : {3, 4}) {
    deployment().replicas = replicas;
    ++deployment().version;
    run_for(1min);
  }
  spec().mode = api::Mode::Auto;
  run_for(1min);
  CHECK(condition("Ready").reason == "Active");
  CHECK(deployment().replicas == 10);
}

TEST_CASE_METHOD(Busy, "another target is another workload: nothing measured or recommended for the last one counts") {
  cluster.deployments["small"].replicas = 2;
  cluster.settle("small", true);
  run_for(20min);
  CHECK_FALSE(status().lead_time.samples.empty());
  spec().target.name = "small";
  ++cluster.objects.at("llm").object.meta.generation;
  metrics.series["demand"].value = [](WallTime) { return 15.0; };
  cycle();
  CHECK(status().lead_time.samples.empty());
  CHECK(condition("Ready").reason == "Active");
  CHECK(cluster.deployments["small"].replicas == 2);  // not the ten of the last ten minutes
}

TEST_CASE_METHOD(Busy, "somebody wrote since: the next cycle looks again") {
  cluster.on_targets = [&] {};
  deployment().write_error = Error{ErrorKind::Conflict, "the object has been modified", {}};
  cycle();
  CHECK(condition("AbleToScale").status == api::ConditionStatus::True);
  deployment().write_error.reset();
  clock.time += 15s;
  cycle();
  CHECK(deployment().replicas == 10);
}

TEST_CASE_METHOD(Busy, "a forbidden write says what to allow") {
  deployment().write_error = Error{ErrorKind::Forbidden, "cannot patch deployments/scale", {}};
  cycle();
  CHECK(condition("AbleToScale").reason == "Forbidden");
  CHECK(condition("AbleToScale").message.find("manifests/rbac/act.yaml") != std::string::npos);
}

TEST_CASE_METHOD(Busy, "a target that is not there, or cannot be scaled, is named") {
  deployment().read_error = Error{ErrorKind::Invalid, "apps/v1 Deployment has no scale subresource", {}};
  cycle();
  CHECK(condition("Ready").reason == "NoScaleSubresource");
  deployment().read_error = Error{ErrorKind::Conflict, "more than 4 AIAutoscalers name it", {}};
  clock.time += 15s;
  cycle();
  CHECK(condition("Ready").reason == "TooManyAIAutoscalers");
  CHECK(condition("TargetFound").message == "more than 4 AIAutoscalers name it");
  deployment().read_error = Error{ErrorKind::Unavailable, "connection refused", {}};
  clock.time += 15s;
  cycle();
  CHECK(condition("Ready").status == api::ConditionStatus::Unknown);
  cluster.deployments.clear();
  clock.time += 15s;
  cycle();
  CHECK(condition("TargetFound").reason == "TargetNotFound");
  CHECK(condition("TargetFound").message.find("apps/v1 Deployment llm does not exist") != std::string::npos);
  CHECK(cluster.scale_writes.empty());
}

TEST_CASE_METHOD(Busy, "nothing is looked at before the caches are in") {
  cluster.is_synced = false;
  run_for(1min);
  CHECK(cluster.scale_writes.empty());
  CHECK(cluster.status_writes == 0);
  CHECK(metrics.asked.empty());
  CHECK_FALSE(reporter.cycle.synced);
}

TEST_CASE_METHOD(Busy, "an object being deleted is left alone") {
  cluster.objects["llm"].object.meta.deleting = true;
  run_for(1min);
  CHECK(cluster.scale_writes.empty());
  CHECK(cluster.status_writes + cluster.forecast_writes == 0);
  CHECK(cluster.events.empty());
  CHECK(reporter.cycle.objects.empty());
}

}  // namespace
}  // namespace aia::loop::fakes
