// The world in good weather: the service model against arithmetic, and the loop in it.
#include <catch2/catch.hpp>
#include <cmath>

#include "controller/loop/loop.h"
#include "simulation/virtual_cluster.h"
#include "simulation/virtual_metrics.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

const WallTime kStart{Millis(1'800'000'000'000)};  // a whole hour
const api::ObjectKey kLlm{"serving", "llm"};

ServiceOptions steady(double rps) {
  ServiceOptions options;
  options.demand_rps = [rps](WallTime) { return rps; };
  options.lead_min = options.lead_max = 5min;
  return options;
}

TEST_CASE("a queue grows by what nobody serves and drains by what is left") {
  World world(kStart, 1);
  auto& llm = world.add_service(kLlm, steady(30), 2);  // 20 of 30 requests/s are served
  world.advance(100s);
  CHECK(llm.queue() == Approx(1000));
  CHECK(llm.totals().arrived == Approx(3000));
  CHECK(llm.totals().started_in_slo < 100);  // those of the first seconds
  world.scale_by_hand(kLlm, 4);
  CHECK(llm.ready() == 2);
  world.advance(300s);
  CHECK(llm.ready() == 4);
  CHECK(llm.queue() == Approx(4000));
  world.advance(401s);  // 10 requests/s more than arrive
  CHECK(llm.queue() == 0);
  CHECK(llm.totals().worst_queue == Approx(4000).margin(15));
  CHECK(llm.totals().started == Approx(llm.totals().arrived));
  CHECK(llm.totals().replica_seconds == Approx(100 * 2 + 701 * 4));
  CHECK(llm.totals().ready_seconds == Approx(400 * 2 + 401 * 4));
}

TEST_CASE("scale-in deletes what is not Ready first, then the youngest") {
  World world(kStart, 1);
  auto& llm = world.add_service(kLlm, steady(1), 2);
  world.scale_by_hand(kLlm, 3);
  world.scale_by_hand(kLlm, 2);
  CHECK(llm.ready() == 2);
  world.scale_by_hand(kLlm, 1);
  CHECK(llm.pods().front().pod.name == "llm-0");
}

TEST_CASE("metrics: a rate over its window, a gauge, gaps that are missing, half a sum from half the gateways") {
  World world(kStart, 1);
  auto& llm = world.add_service(kLlm, steady(30), 2);
  VirtualMetrics metrics(world);
  const auto ask = [&](const std::string& promql) {
    return metrics.query({{promql, world.now(), std::nullopt, 0ms}}, 1s).front();
  };
  world.advance(5min);
  CHECK(ask("demand:serving/llm")->series.front().samples.front().value == Approx(30));
  CHECK(ask("queue:serving/llm")->series.front().samples.front().value == Approx(3000));
  CHECK(ask("demand:serving/other")->series.empty());
  const auto range = metrics.query({{"demand:serving/llm", kStart, kStart - 24h, 5min}}, 1s).front();
  CHECK(range->series.front().samples.size() == 289);

  llm.set_scrape_fault(ScrapeFault{0.5, true});
  world.advance(2min);
  CHECK(ask("demand:serving/llm")->series.front().samples.front().value == Approx(15));
  CHECK(metrics.evidence({{"demand:serving/llm"}}, world.now(), 1s).front()->pods.size() == 1);
  llm.set_scrape_fault(ScrapeFault{1, false});
  world.advance(2min);
  CHECK(ask("demand:serving/llm")->series.empty());
  CHECK(ask("last:serving/llm")->series.front().samples.front().value == Approx(15));
  CHECK(world.now() - metrics.evidence({{"last:serving/llm"}}, world.now(), 1s).front()->pods.front().newest == 2min);
}

class Quiet : public ports::Reporter {
 public:
  void report(const ports::CycleReport&) override {}
};

TEST_CASE("the loop scales a service through a day, ahead of its rhythm") {
  World world(kStart, 7);
  auto options = steady(0);
  options.demand_rps = [](WallTime at) {
    const double day = 24 * 3600.0 * 1000;
    return 100 - 80 * std::cos(2 * 3.14159265358979 * static_cast<double>(at.time_since_epoch().count()) / day);
  };
  auto& llm = world.add_service(kLlm, options, 16);  // 140 requests/s at that hour
  api::Autoscaler object;
  object.meta.ns = "serving";
  object.meta.name = "llm";
  object.spec.target = {"apps/v1", "Deployment", "llm"};
  object.spec.max_replicas = 40;
  object.spec.mode = api::Mode::Auto;
  object.spec.demand = {{"requests", "demand:serving/llm", api::DemandKind::Rate, "queue:serving/llm", 10}};
  world.create(object);
  VirtualCluster cluster(world, "a");
  VirtualMetrics metrics(world);
  Quiet reporter;
  loop::Settings settings;
  settings.cycle = 60s;
  settings.grid_step = 5min;
  settings.freshness = 6min;
  loop::Loop loop(world.clock(), metrics, cluster, reporter, settings);
  for (; world.now() < kStart + 24h; world.advance(settings.cycle)) loop.run_once();
  CHECK(llm.totals().started_in_slo > 0.999 * llm.totals().arrived);
  CHECK(llm.totals().ready_seconds < 1.5 * 24 * 3600 * 11);
  CHECK(world.forecasts().size() == 1);
}

}  // namespace
}  // namespace aia::simulation
