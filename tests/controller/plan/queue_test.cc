// The fluid queue to the lead, with its arithmetic beside it.
#include "controller/plan/queue.h"

#include <catch2/catch.hpp>

#include "fixtures.h"

using namespace aia;
using namespace aia::plan;
using namespace aia::plan::testing;

namespace {

std::optional<double> queue(const DemandInput& entry, const ReplicaInput& replicas, Millis lead = 400s) {
  return queue_at(entry, supply_of(replicas, 400s), kNow, lead);
}

}  // namespace

TEST_CASE("a rate's queue grows by what is not served") {
  DemandInput entry = demand(130);
  CHECK(*queue(entry, {10, 10, {}, ""}) == Approx(400 * (130 - 120)));
  CHECK(*queue(entry, {11, 11, {}, ""}) == 0);  // 132/s of capacity
  entry.backlog = 1000;
  CHECK(*queue(entry, {11, 11, {}, ""}) == Approx(1000 - 400 * 2));
  CHECK(*queue(entry, {12, 12, {}, ""}) == 0);  // 1000 − 400 × 14 < 0: empty, never negative
  CHECK(*queue(entry, {11, 11, {}, ""}, 0s) == 1000);
}

TEST_CASE("a start serves from when it arrives") {
  // 10 of 11 are Ready, the eleventh arrives in 400 − 300 = 100 s: 100 s short of 12/s, then as much as is needed.
  const DemandInput entry = demand(132);
  CHECK(*queue(entry, {11, 10, {300s}, ""}) == Approx(100 * 12).epsilon(0.02));
  CHECK(*queue(entry, {11, 10, {801s}, ""}) == Approx(400 * 12));  // stuck: not counted on
}

TEST_CASE("the forecast's median is the demand, where there is one") {
  DemandInput entry = demand(120);
  const auto ramp = fan_of([](Millis ahead) { return 120 + 0.1 * std::chrono::duration<double>(ahead).count(); });
  entry.fan = &ramp;
  CHECK(*queue(entry, {10, 10, {}, ""}) == Approx(0.1 * 400 * 400 / 2));  // ∫ 0.1 t dt
  entry.trust = Trust::Missing;
  entry.value.reset();
  CHECK(*queue(entry, {10, 10, {}, ""}) == Approx(0.1 * 400 * 400 / 2));
}

TEST_CASE("concurrency counts what is in the system: nothing accumulates") {
  DemandInput entry = demand(100, api::DemandKind::Concurrency, 10);
  CHECK(*queue(entry, {8, 8, {}, ""}) == 20);  // 100 − 8 × 10
  entry.backlog = 50;
  CHECK(*queue(entry, {8, 8, {}, ""}) == 70);  // 100 + 50 − 80
  CHECK(*queue(entry, {16, 8, {300s, 300s, 300s, 300s, 300s, 300s, 300s, 300s}, ""}) == 0);
}

TEST_CASE("unknown stays unknown") {
  CHECK_FALSE(queue(demand(5, api::DemandKind::Queue), {1, 1, {}, ""}));
  CHECK_FALSE(queue(demand(0.5, api::DemandKind::Utilization), {1, 1, {}, ""}));
  DemandInput entry = demand(130);
  entry.backlog_missing = true;
  CHECK_FALSE(queue(entry, {1, 1, {}, ""}));
  entry.backlog = 30;  // in part: so many wait at least
  const auto partly = queue(entry, {1, 1, {}, ""});
  entry.backlog_missing = false;
  REQUIRE(partly);
  CHECK(*partly == *queue(entry, {1, 1, {}, ""}));
  entry = demand(130);
  entry.trust = Trust::Stale;
  CHECK_FALSE(queue(entry, {1, 1, {}, ""}));
}
