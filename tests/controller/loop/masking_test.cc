// What is learned of a history and what is not: a bad sample is left out, a step, a ramp, a crowd and a rhythm are not.
#include "controller/loop/demand/masking.h"
#include "tests/start.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

namespace aia::loop {
namespace {

using namespace std::chrono_literals;

constexpr int kDay = 1440;
constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

/// A day's rhythm from 100 to 700, with a little noise of its own.
double daily(int minute) {
  return 400 - 300 * std::cos(2 * M_PI * minute / kDay) + 10 * std::sin(minute * 12.9898);
}

using Series = std::function<double(int)>;

/// `values` in the minutes from `first` to `last`, else `usual`.
Series within(int first, int last, double value, Series usual = daily) {
  return [=](int minute) { return minute >= first && minute <= last ? value : usual(minute); };
}

Series times(int first, int last, double factor, Series usual = daily) {
  return [=](int minute) { return (minute >= first && minute <= last ? factor : 1) * usual(minute); };
}

struct Learned {
  std::vector<GridPoint> points;
  std::size_t most_waiting = 0;  ///< points taken and not settled, once there is something to compare with
};

Learned learn(Masking& masking, int minutes, const Series& series, std::optional<Millis> window = 1min) {
  Learned learned;
  for (int minute = 0; minute < minutes; ++minute) {
    for (auto& point : masking.take({kStart + std::chrono::minutes(minute), series(minute)}, window))
      learned.points.push_back(std::move(point));
    if (minute > 30)
      learned.most_waiting =
          std::max(learned.most_waiting, static_cast<std::size_t>(minute) + 1 - learned.points.size());
  }
  return learned;
}

/// The minutes that were left out of `series`. All others came as they were, each once, in order.
std::vector<int> left_out(int minutes, const Series& series, std::optional<Millis> window = 1min) {
  Masking masking(1min, 24h);
  const auto learned = learn(masking, minutes, series, window);
  REQUIRE(learned.points.size() == static_cast<std::size_t>(minutes));
  std::vector<int> out;
  for (int minute = 0; minute < minutes; ++minute) {
    const auto& point = learned.points[static_cast<std::size_t>(minute)];
    REQUIRE(point.at == kStart + std::chrono::minutes(minute));
    if (std::isnan(point.value) && !std::isnan(series(minute))) {
      out.push_back(minute);
    } else if (!std::isnan(series(minute))) {
      REQUIRE(point.value == series(minute));
    }
  }
  CHECK(masking.left_out() == out.size());
  return out;
}

TEST_CASE("masking: values that nothing around them supports") {
  const int noon = 2 * kDay + 720, night = 3 * kDay + 20;
  struct Row {
    const char* what;
    Series series;
    std::vector<int> out;
    Millis window = 1min;
  };
  const auto gap_before = [=](double bad) { return within(noon, noon, bad, within(noon - 10, noon - 1, kGap)); };
  const std::vector<Row> rows = {
      {"one sample, × 5 at noon", times(noon, noon, 5), {noon}},
      {"two, × 40", times(noon, noon + 1, 40), {noon, noon + 1}},
      {"two, × 1000 at night", times(night, night + 1, 1000), {night, night + 1}},
      {"× 2,550, for as long as its window",
       times(noon, noon + 5, 2550),
       {noon, noon + 1, noon + 2, noon + 3, noon + 4, noon + 5},
       5min},
      {"10⁹", within(noon, noon, 1e9), {noon}},
      {"after a gap", gap_before(1e6), {noon}},
      {"before a gap", within(noon + 1, noon + 10, kGap, within(noon, noon, 1e6)), {noon}},
      {"two with a gap between them", within(noon + 1, noon + 1, kGap, within(noon, noon + 2, 1e6)), {noon, noon + 2}},
      {"one that falls in two steps", within(noon + 1, noon + 1, 5e4, within(noon, noon, 1e6)), {noon, noon + 1}},
      {"the very first", within(0, 0, 1e6), {0}},
      {"the second and the third", within(1, 2, 1e6), {1, 2}},
      {"two in a day, far apart", within(noon + 300, noon + 300, 2e5, within(noon, noon, 1e6)), {noon, noon + 300}},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    CHECK(left_out(4 * kDay, row.series, row.window) == row.out);
  }
}

TEST_CASE("masking: what is demand is learned whole") {
  const int noon = 2 * kDay + 720;
  struct Row {
    const char* what;
    Series series;
    Millis window = 1min;
  };
  const auto doubling = [=](int minute) {
    return minute < noon ? daily(minute) : std::min(1e5, daily(minute) * std::exp2(minute - noon));
  };
  const auto decaying = [=](int minute) {
    return minute < noon ? daily(minute) : daily(minute) + 8000 * std::pow(.5, minute - noon);
  };
  const auto square = [](int minute) { return minute % kDay >= 540 && minute % kDay < 1080 ? 80.0 : 20.0; };
  const std::vector<Row> rows = {
      {"a step × 10 that stays", times(noon, 9 * kDay, 10)},
      {"a step × 1000 that stays, wide window", times(noon, 9 * kDay, 1000), 10min},
      {"a crowd × 8 for twenty minutes", times(noon, noon + 19, 8)},
      {"a crowd × 8 for twenty minutes, wide window", times(noon, noon + 19, 8), 10min},
      {"a ramp that doubles each minute", doubling},
      {"a crowd that decays", decaying},
      {"twice the demand for two minutes", times(noon, noon + 1, 1.9)},
      {"a square wave", square},
      {"an outage and its end", within(noon, noon + 10, 0)},
      {"all zero", [](int) { return 0.0; }},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    CHECK(left_out(4 * kDay, row.series, row.window).empty());
  }
}

TEST_CASE("masking: what comes back at its time is left out once, and so is what comes once a week") {
  const auto cron = [](int minute) { return minute % kDay == 180 ? 800.0 : 40.0; };
  CHECK(left_out(8 * kDay, cron) == std::vector<int>{180});
  CHECK(left_out(8 * kDay, cron, 5min) == std::vector<int>{180});
  const auto wandering = [](int minute) { return minute % kDay == 180 + minute / kDay % 3 ? 800.0 : 40.0; };
  CHECK(left_out(8 * kDay, wandering).size() == 1);
  const auto weekly = [](int minute) { return minute % (7 * kDay) == 3 * kDay + 600 ? 9000.0 : daily(minute); };
  CHECK(left_out(30 * kDay, weekly) == std::vector<int>{3 * kDay + 600});
  const auto workdays = [](int minute) {
    return minute % kDay == 600 && minute / kDay % 7 < 5 ? 9000.0 : daily(minute);
  };
  CHECK(left_out(30 * kDay, workdays) == std::vector<int>{600});
}

TEST_CASE("masking: small counts and bursts are how some demands are") {
  std::mt19937 random(5);
  std::vector<double> sparse, bursty, lognormal;
  for (int minute = 0; minute < 10 * kDay; ++minute) {
    sparse.push_back(std::poisson_distribution<int>(.3)(random) / 60.0);
    bursty.push_back(minute % 97 == 3 ? 20.0 + static_cast<double>(minute % 13) : 0.0);
    lognormal.push_back(std::lognormal_distribution<double>(0, 1.5)(random));
  }
  const auto of = [](const std::vector<double>& values) {
    return [&values](int minute) { return values[static_cast<std::size_t>(minute)]; };
  };
  CHECK(left_out(10 * kDay, of(sparse)).size() <= 5);      // of 14,400
  CHECK(left_out(10 * kDay, of(bursty)).size() <= 3);      // of 148: until they are known
  CHECK(left_out(10 * kDay, of(lognormal)).size() <= 15);  // records
}

TEST_CASE("masking: what may be a bad sample waits no longer than one lasts, and without end never") {
  const auto step = times(2000, 99999, 10);
  Masking narrow(1min, 24h), wide(1min, 24h), endless(1min, 24h), unknown(1min, 24h);
  CHECK(learn(narrow, 2 * kDay, step, 1min).most_waiting == 2);
  CHECK(learn(wide, 2 * kDay, step, 5min).most_waiting == 6);
  CHECK(learn(endless, 2 * kDay, step, 300min).most_waiting == 16);
  CHECK(learn(unknown, 2 * kDay, step, std::nullopt).most_waiting == 6);
  Masking gap(1min, 24h);
  const auto vanishing = within(2001, 99999, kGap, within(2000, 2000, 1e6));
  CHECK(learn(gap, 2 * kDay, vanishing).most_waiting < 64);
  CHECK(gap.left_out() == 1);
}

TEST_CASE("masking: points that wait are said, and the parts of all of them are left out together") {
  Masking masking(1min, 24h);
  learn(masking, 100, [](int) { return 40.0; });
  CHECK_FALSE(masking.waiting_since());
  const WallTime at = kStart + 100min;
  CHECK(masking.take({at, 1e6, {1e6, 3}, true}, 1min).empty());
  CHECK(masking.waiting_since() == at);
  masking.renew_parts(3);
  const auto settled = masking.take({at + 1min, 41, {30, 11, 0}}, 1min);
  REQUIRE(settled.size() == 2);
  CHECK(std::isnan(settled[0].value));
  CHECK(settled[0].parts.size() == 3);
  CHECK(settled[0].censored);
  CHECK(settled[1].value == 41);
  CHECK(settled[1].parts == std::vector<double>{30, 11, 0});
  CHECK(masking.newest_left_out() == at);
}

TEST_CASE("masking: what is compared with survives, and what waited is taken again") {
  const auto cron = [](int minute) { return minute % kDay == 180 ? 800.0 : 40.0; };
  Masking before(1min, 24h);
  learn(before, kDay + 100, cron);
  CHECK(before.left_out() == 1);
  Masking after(1min, 24h);
  REQUIRE(after.restore(before.save()));
  CHECK(after.left_out() == 1);
  for (int minute = kDay + 100; minute < 2 * kDay; ++minute)
    CHECK(after.take({kStart + std::chrono::minutes(minute), cron(minute)}, 1min).size() == 1);
  CHECK(after.left_out() == 1);
  auto cut = before.save();
  cut.pop_back();
  CHECK_FALSE(after.restore(cut));
  CHECK_FALSE(after.restore(std::vector<double>{1, 2}));
  auto broken = before.save();
  broken[3] = kGap;
  CHECK_FALSE(after.restore(broken));
  broken[3] = 1e9;
  CHECK_FALSE(after.restore(broken));
}

TEST_CASE("masking: the highest that was learned lately is what stayed, not what was left out or waits") {
  Masking masking(1min, 24h);
  CHECK_FALSE(masking.highest_since(kStart));
  const auto steady = [](int) { return 100.0; };
  learn(masking, 600, within(590, 597, 9000, within(500, 501, 5000, within(100, 160, 250, steady))));
  CHECK(masking.highest_since(kStart) == 9000);
  Masking other(1min, 24h);
  learn(other, 600, within(599, 599, 9000, within(590, 591, 5000, within(100, 160, 150, steady))));
  CHECK(other.highest_since(kStart) == 150);
  CHECK(other.highest_since(kStart + 160min) == 150);  // in whole hours
  CHECK(other.highest_since(kStart + 180min) == 100);
  CHECK_FALSE(other.highest_since(kStart + 601min + 1h));
}

}  // namespace
}  // namespace aia::loop
