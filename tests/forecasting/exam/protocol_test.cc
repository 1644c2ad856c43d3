// The exam itself: what a candidate may know, and that each figure is what docs/forecasting.md says it is.
#include "forecasting/exam/protocol.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "forecasting/exam/forecaster_candidate.h"
#include "forecasting/exam/missing.h"
#include "forecasting/exam/season_choice.h"
#include "tests/forecasting/noise.h"

using namespace forecasting::exam;
using namespace std::chrono_literals;

namespace {

/// Says what a function of the newest step and the lead says, and remembers what it was asked.
class Scripted final : public Candidate {
 public:
  using Says = std::function<double(int origin, int lead, std::size_t level)>;

  explicit Scripted(Says says) : says_(std::move(says)) {}

  void update(forecasting::TimePoint at, double value) override {
    times.push_back(at);
    values.push_back(value);
    CHECK(rested_ == values.size() - 1);  // background work was offered after every step
  }

  void forecast(const std::vector<int>& leads, Answer& answer) override {
    answer.resize(static_cast<Eigen::Index>(leads.size()), kLevels.size());
    for (std::size_t i = 0; i < leads.size(); ++i) {
      for (std::size_t q = 0; q < kLevels.size(); ++q)
        answer(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(q)) = says_(origin(), leads[i], q);
    }
  }

  double window_max(int lead, int window, double level) override {
    return offers_maxima ? says_(origin() + window, lead, 0) + (level > 0.92 ? 1 : 0) : kMissing;
  }

  void work_in_background() override { ++rested_; }
  std::size_t state_bytes() const override { return 4711; }

  std::vector<forecasting::TimePoint> times;
  std::vector<double> values;
  bool offers_maxima = false;

 private:
  [[nodiscard]] int origin() const { return static_cast<int>(values.size()) - 1; }

  Says says_;
  std::size_t rested_ = 0;
};

aia::DemandSeries hours(std::vector<double> values) {
  return {forecasting::TimePoint{}, 1h, std::move(values), false};
}

aia::DemandSeries noisy(std::size_t steps, std::uint64_t seed = 11) {
  forecasting::testing::Noise noise(seed);
  std::vector<double> values;
  for (std::size_t t = 0; t < steps; ++t)
    values.push_back(100 + 50 * std::sin(2 * M_PI * static_cast<double>(t) / 24) + 10 * noise.normal());
  return hours(values);
}

std::vector<LeadReport> sit(const aia::DemandSeries& series, Candidate& candidate,
                            const Questions& questions = {{1, 3}, {}}) {
  return judge(series, questions, roll(series, questions, candidate), {.season_steps = 24});
}

}  // namespace

TEST_CASE("The rolling origin asks at every step and files an answer under its target") {
  aia::DemandSeries series = noisy(20);
  series.start += 90min;
  Scripted candidate(
      [](int origin, int lead, std::size_t level) { return 100.0 * origin + 10 * lead + static_cast<double>(level); });
  candidate.offers_maxima = true;
  const Rolled rolled = roll(series, {{1, 3}, {0, 2}}, candidate);
  CHECK(candidate.values == series.values);
  CHECK(candidate.times[7].time_since_epoch() == 7h + 90min);
  REQUIRE(rolled.judged_from == 10);
  REQUIRE(rolled.quantiles.size() == 2);
  for (int target = 10; target < 20; ++target) {
    CHECK(rolled.quantiles[0](target - 10, 2) == 100 * (target - 1) + 10 + 2);
    CHECK(rolled.quantiles[1](target - 10, 3) == 100 * (target - 3) + 30 + 3);
    CHECK(rolled.maxima[1][1](target - 10, 1) == 100 * (target - 3 + 2) + 30 + 1);
  }
  CHECK(rolled.state_bytes == 4711);
}

TEST_CASE("Losses and ratios of a candidate that knows the future, and of one that is the last value") {
  const aia::DemandSeries series = noisy(480);
  const auto value = [&](int step) { return series.values[static_cast<std::size_t>(std::min(step, 479))]; };
  Scripted prophet([&](int origin, int lead, std::size_t) { return value(origin + lead); });
  for (const LeadReport& report : sit(series, prophet)) {
    CHECK(report.judged == 240);
    CHECK(report.unanswered == 0);
    CHECK(report.mase == 0);
    CHECK(report.wql == 0);
    CHECK(report.last_value.p95.upper == 0);
    CHECK(report.coverage.mean[kMedian].share() == 1);
  }
  BaselineOptions options{.lead = 3, .season_steps = 24, .window = 72, .chosen_on = 240};
  const auto last_value = last_value_baseline(series.values, options);
  Scripted same([&](int origin, int, std::size_t level) {
    return origin + 3 < 480 ? last_value.quantiles(origin + 3, static_cast<Eigen::Index>(level)) : 0;
  });
  const auto report = sit(series, same, {{3}, {}}).front();
  for (const double ratio : report.last_value.pinball) CHECK(ratio == Approx(1).epsilon(1e-12));
  CHECK(report.last_value.p95.lower == Approx(1).epsilon(1e-9));
  CHECK(report.last_value.p95.upper == Approx(1).epsilon(1e-9));
}

TEST_CASE("MASE, WAPE, WQL and pinball of errors that are known") {
  std::vector<double> values;
  for (int t = 0; t < 96; ++t) values.push_back(10 + 2.0 * (t / 24));  // 2 more every day
  const aia::DemandSeries series = hours(values);
  Scripted three_below([&](int origin, int lead, std::size_t) {
    return values[static_cast<std::size_t>(std::min(origin + lead, 95))] - 3;
  });
  const auto report = sit(series, three_below, {{1}, {}}).front();
  CHECK(report.mase == Approx(3.0 / 2));                         // the season ago is 2 off
  CHECK(report.wape == Approx(48 * 3.0 / (24 * 14 + 24 * 16)));  // 3 off everywhere
  CHECK(report.pinball[kP95] == Approx(0.95 * 3));
  CHECK(report.wql == Approx(2 * 3 * (0.5 + 0.9 + 0.95 + 0.99) / 4 / 15));
}

TEST_CASE("What was not answered or not measured is counted, not judged") {
  aia::DemandSeries series = noisy(480);
  for (std::size_t t = 300; t < 310; ++t) series.values[t] = kMissing;
  Scripted shy([&](int origin, int, std::size_t) { return origin % 2 ? kMissing : 100.0; });
  const auto report = sit(series, shy, {{1}, {}}).front();
  CHECK(report.judged + report.unanswered == 230);
  CHECK(report.unanswered == 115);
  CHECK(std::isfinite(report.last_value.pinball[kP95]));
}

TEST_CASE("Coverage by hour, in the predicted ramp and of a window's maximum") {
  std::vector<double> values(24 * 80, 10.0);
  for (std::size_t t = 0; t < values.size(); ++t)
    if (t % 24 == 5) values[t] = 20;  // an hour that comes every day
  const aia::DemandSeries series = hours(values);
  Scripted flat([](int, int, std::size_t) { return 15.0; });
  const auto blind = sit(series, flat, {{1}, {}}).front().coverage;
  CHECK(blind.worst_hour() == 0);
  CHECK(blind.mean[kP90].share() == Approx(23.0 / 24));
  Scripted knows([](int origin, int lead, std::size_t level) {
    return ((origin + lead) % 24 == 5 ? 18.0 : 12.0) + static_cast<double>(level);
  });
  knows.offers_maxima = true;
  const auto known = sit(series, knows, {{1}, {0, 23}}).front().coverage;
  CHECK(known.ramp_decile.judged >= 40);
  CHECK(known.ramp_decile.covered == known.ramp_decile.judged - 40);  // 19 for 20
  CHECK(known.by_hour[5].share() == 0);
  CHECK(known.by_hour[6].share() == 1);
  REQUIRE(known.windows.size() == 2);
  CHECK(known.windows[0][0].judged == 24 * 40);
  CHECK(known.windows[1][0].judged == 24 * 40 - 23);  // none that reaches behind the end
  Scripted climbs([](int origin, int, std::size_t) { return 10.0 + origin % 10; });
  const auto ramps = sit(hours(std::vector<double>(1920, 10.0)), climbs, {{1}, {}}).front().coverage;
  CHECK(ramps.ramp_decile.judged == 96);  // a tenth of 960
  Coverage pooled = known;
  pooled.add(known);
  CHECK(pooled.by_hour[5].judged == 80);
  CHECK(pooled.worst_hour() == known.worst_hour());
  CHECK(sit(series, flat, {{1}, {0}}).front().coverage.windows[0][0].judged == 0);  // not offered
}

TEST_CASE("Bootstrap limits enclose the ratio, narrow with the data and depend on nothing but the seed") {
  forecasting::testing::Noise noise(2);
  const auto losses = [&](std::size_t count, double mean) {
    std::vector<double> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(mean * noise.uniform());
    return out;
  };
  const auto own = losses(4000, 0.8), other = losses(4000, 1.0);
  const Limits limits = ratio_limits(own, other, {.block = 50});
  CHECK(limits.lower < 0.8);
  CHECK(limits.upper > 0.8);
  CHECK(limits.upper - limits.lower < 0.1);
  const Limits again = ratio_limits(own, other, {.block = 50});
  CHECK((again.lower == limits.lower && again.upper == limits.upper));
  const Limits few = ratio_limits(losses(100, 0.8), losses(100, 1.0), {.block = 50});
  CHECK(few.upper - few.lower > limits.upper - limits.lower);
  CHECK(std::isnan(ratio_limits({}, {}, {}).lower));
  CHECK(std::isnan(ratio_limits({kMissing, 1}, {1, kMissing}, {}).lower));
  CHECK(ratio_limits({2}, {4}, {}).lower == 0.5);
}

TEST_CASE("The forecaster sits the exam, what it did not know changes nothing before") {
  aia::DemandSeries series = noisy(24 * 20);
  const auto roll_it = [&](const aia::DemandSeries& played) {
    EngineOptions options;
    options.step = played.step;
    options.seasons = seasons_of(played, played.values.size() / 2);
    options.leads = {1, 6};
    ForecasterCandidate candidate(options);
    return roll(played, {{1, 6}, {}}, candidate);
  };
  CHECK(seasons_of(series, 47).empty());
  CHECK(seasons_of(series, 240) == std::vector<int>{24});
  CHECK(main_season({12, 24, 168}, 1h) == 24);
  CHECK(main_season({12, 168}, 1h) == 12);
  CHECK(main_season({}, 1h) == 0);
  const Rolled before = roll_it(series);
  for (std::size_t t = 300; t < series.values.size(); ++t) series.values[t] *= 3;
  const Rolled after = roll_it(series);
  for (int row = 0; row < 300 - 240 + 5; ++row) REQUIRE(before.quantiles[1].row(row) == after.quantiles[1].row(row));
  CHECK(before.quantiles[1].row(300 - 240 + 20) != after.quantiles[1].row(300 - 240 + 20));
}

TEST_CASE("aia::DemandSeries from hell are judged or say nothing, and never end in a fault") {
  std::vector<std::vector<double>> hell{std::vector<double>(200, 5.0),
                                        std::vector<double>(200, 0.0),
                                        std::vector<double>(200, kMissing),
                                        std::vector<double>(200, 1e300),
                                        {1.0},
                                        {1.0, 2.0},
                                        {}};
  hell.emplace_back();
  for (int t = 0; t < 300; ++t) hell.back().push_back(t % 2 ? 1e9 : 0);
  for (const auto& values : hell) {
    const aia::DemandSeries series = hours(values);
    EngineOptions options;
    options.step = series.step;
    options.leads = {1, 2};
    ForecasterCandidate candidate(options);
    for (const LeadReport& report : sit(series, candidate, {{1, 2}, {}})) {
      CHECK(report.judged + report.unanswered <= static_cast<long>(values.size()));
      CHECK_FALSE(report.wape < 0);
    }
  }
}
