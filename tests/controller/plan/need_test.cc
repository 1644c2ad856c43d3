// Demand to replicas: rounding, the reactive rule by kind, start and keep.
#include "controller/plan/need.h"

#include <catch2/catch.hpp>
#include <limits>

#include "fixtures.h"

using namespace aia;
using namespace aia::plan;
using namespace aia::plan::testing;
using api::DemandKind;

namespace {

DemandFigures figures(const Input& input, const Settings& settings = {}) {
  return figures_of(input.demand[0], input, supply_of(input.replicas, input.lead.p90), settings);
}

}  // namespace

TEST_CASE("the fewest replicas that carry a demand") {
  CHECK(replicas_for(0, 12) == 0);
  CHECK(replicas_for(-5, 12) == 0);
  CHECK(replicas_for(0.001, 12) == 1);
  CHECK(replicas_for(12, 12) == 1);
  CHECK(replicas_for(12.000000001, 12) == 1);  // a sum's rounding error is no request
  CHECK(replicas_for(12.01, 12) == 2);
  CHECK(replicas_for(0.1 * 3, 0.1) == 3);  // 0.30000000000000004 ÷ 0.1
  CHECK(replicas_for(187, 12) == 16);      // 15.58
  CHECK(replicas_for(1e300, 1e-300) == 1'000'000'000);
  CHECK(replicas_for(std::numeric_limits<double>::infinity(), 1) == 1'000'000'000);
  CHECK(replicas_for(std::numeric_limits<double>::quiet_NaN(), 1) == 0);
}

TEST_CASE("need(now) by kind") {
  struct Row {
    DemandKind kind;
    double value;
    std::optional<double> backlog;
    double per_replica;
    int ready;
    std::optional<int> need;
  };
  const Row rows[] = {
      {DemandKind::Rate, 118, {}, 12, 10, 10},      // 9.83
      {DemandKind::Rate, 118, 43.0, 12, 10, 10},    // (118 + 43/430) / 12 = 9.84
      {DemandKind::Rate, 118, 4300.0, 12, 10, 11},  // (118 + 4300/430) / 12 = 10.67
      {DemandKind::Rate, 0, {}, 12, 10, 0},
      {DemandKind::Concurrency, 100, 50.0, 10, 3, 15},  // (100 + 50) / 10
      {DemandKind::Queue, 350, {}, 100, 3, 4},
      {DemandKind::Utilization, 0.92, {}, 0.8, 5, 6},   // 0.92 × 5 / 0.8 = 5.75
      {DemandKind::Utilization, 0.92, {}, 0.8, 0, {}},  // nothing Ready: a utilisation of nothing
  };
  for (const Row& row : rows) {
    Input input = at_rest(10, demand(row.value, row.kind, row.per_replica));
    input.demand[0].backlog = row.backlog;
    input.replicas.ready = row.ready;
    INFO(row.value << " " << api::to_string(row.kind));
    CHECK(figures(input).reactive == row.need);
  }
}

TEST_CASE("a backlog is drained in the time that is set, but no sooner than in a lead time") {
  Input input = at_rest(10, demand(0));
  const auto drained_in = [&](Millis drain, double leads) {
    Settings settings;
    settings.drain = drain;
    settings.drain_leads = leads;
    return drain_s(input, settings);
  };
  CHECK(drained_in(60s, 1) == 430);
  CHECK(drained_in(600s, 1) == 600);
  CHECK(drained_in(60s, 0) == 60);
  CHECK(drained_in(0s, 0) == 0.001);  // never a division by zero
}

TEST_CASE("start serves from one lead time ahead for a quarter, data age included, keep looks until a restart pays") {
  // Demand 60/s, from 600 s on 240/s. A start takes 430 s and is planned to serve until 537.5 s.
  const auto step = fan_of([](Millis ahead) { return ahead >= 600s ? 240.0 : 60.0; }, 1.0);
  Input input = at_rest(25, demand(60));
  input.demand[0].fan = &step;
  CHECK(figures(input).lead == 430s);
  CHECK(figures(input).served_until == 537500ms);
  CHECK(figures(input).served_upper == Approx(60));
  CHECK(figures(input).start == 5);  // 60 / 12: until then it has not risen
  CHECK(figures(input).keep == 20);  // 240 / 12: within 860 s it has

  input.demand[0].data_age = 60s;  // the same demand, seen 60 s late: 490 s to Ready, serving until 612.5 s
  CHECK(figures(input).lead == 490s);
  CHECK(figures(input).upper == Approx(60));  // at the lead itself, as UPPER shows it
  CHECK(figures(input).served_upper == Approx(240));
  CHECK(figures(input).start == 20);

  input.demand[0].data_age = 0s;
  Settings longer;
  longer.start_leads = 2;  // planned for what comes until two lead times ahead
  CHECK(figures(input, longer).served_until == 860s);
  CHECK(figures(input, longer).start == 20);
}

TEST_CASE("start counts the queue that will be there, if there is one") {
  // 10 replicas serve 120/s, 130/s arrive: 430 × 10 = 4300 wait at the lead; worked off in 430 s they are another 10/s.
  const auto constant = flat(130, 1.0);
  Input input = at_rest(10, demand(130));
  input.demand[0].fan = &constant;
  CHECK(*figures(input).queue_at_lead == Approx(4300));
  CHECK(figures(input).start == 12);  // (130 + 10) / 12 = 11.67, without the queue 10.83
  input.replicas = {11, 11, {}, ""};
  CHECK(figures(input).start == 11);  // 132/s is enough: nothing waits
}

TEST_CASE("a concurrency's backlog counts while it still waits at the lead, and is not added to the forecast twice") {
  const auto constant = flat(100, 1.0);
  Input input = at_rest(8, demand(100, DemandKind::Concurrency, 10));
  input.demand[0].fan = &constant;
  CHECK(figures(input).start == 10);  // 20 do not fit now, but they are part of the 100
  input.demand[0].backlog = 50;
  CHECK(figures(input).start == 15);  // (100 + 50) / 10
  input.replicas = {15, 15, {}, ""};
  CHECK(figures(input).start == 10);  // all fit: nothing waits then
}

TEST_CASE("state is never forecast, whatever fan comes along") {
  const auto constant = flat(1000);
  for (const DemandKind kind : {DemandKind::Queue, DemandKind::Utilization}) {
    Input input = at_rest(10, demand(1, kind));
    input.demand[0].fan = &constant;
    CHECK_FALSE(figures(input).start);
    CHECK_FALSE(figures(input).upper);
  }
  const forecasting::Fan nothing;
  Input input = at_rest(10, demand(1));
  input.demand[0].fan = &nothing;
  CHECK_FALSE(figures(input).start);
}

TEST_CASE("what allows to lower, and what does not") {
  const Supply supply = supply_of({3, 3, {}, ""}, 430s);
  const auto code = [&](const DemandInput& entry) {
    const auto trouble = trouble_of(entry, supply);
    return std::string(trouble ? to_string(trouble->code) : "");
  };
  DemandInput entry = demand(1);
  CHECK(code(entry).empty());
  entry.trust = Trust::Partial;
  entry.trust_note = "8 of 10 pods reported";
  CHECK(trouble_of(entry, supply)->message ==
        "requests: the metric is partial (8 of 10 pods reported): nothing is scaled in on it");
  entry.trust = Trust::Stale;
  CHECK(code(entry) == "MetricsStale");
  entry.trust = Trust::Missing;
  CHECK(code(entry) == "MetricsMissing");
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), -1.0, std::numeric_limits<double>::infinity()})
    CHECK(code(demand(bad)) == "MetricsMissing");
  entry = demand(1);
  entry.value.reset();
  CHECK(code(entry) == "MetricsMissing");
  entry = demand(1);
  entry.backlog_missing = true;
  CHECK(code(entry) == "BacklogMissing");
  CHECK(trouble_of(demand(0, DemandKind::Utilization), supply_of({3, 0, {}, ""}, 430s))->code == "NothingReady");
}
