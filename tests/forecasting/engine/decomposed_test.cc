// A whole and its parts: where two rhythms that hide each other in the sum are told apart, the sum of the parts is
// believed; where parts say nothing it is as good as without them. What a part had not, a new part, states.
#include "forecasting/engine/decomposed.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "forecasting/values/pinball.h"
#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

constexpr int kDay = 144;
constexpr Duration kStep = std::chrono::minutes(10);
constexpr int kLead = 3;

bool sound(const Fan& fan) {
  const auto values = fan.values.figures();
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value) && value >= 0; });
}

Options of_ten_minutes() {
  Options options;
  options.step = kStep;
  options.season_steps = kDay;
  return options;
}

TimePoint at(int t) {
  return TimePoint{t * kStep};
}

/// A client whose jobs run for `on` of every `period` steps.
double jobs(int t, int period, int on, double rate) {
  return t % period < on ? rate : 0.05 * rate;
}

using Parts = std::function<std::vector<double>(int)>;

/// Mean P95 pinball loss at the lead over the last `judged` of `steps`, and how much the parts weigh in words.
double loss(Decomposed& forecaster, int steps, int judged, const std::function<double(int)>& whole,
            const Parts& parts) {
  std::vector<double> said(static_cast<std::size_t>(steps + kLead), std::numeric_limits<double>::quiet_NaN());
  double sum = 0;
  for (int t = 0; t < steps; ++t) {
    const double value = whole(t);
    forecaster.update(at(t), value, parts(t));
    const double before = said[static_cast<std::size_t>(t)];
    if (t >= steps - judged) sum += pinball(value, before, 0.95) / judged;
    const Fan fan = forecaster.whole().fan();
    if (!fan.empty()) said[static_cast<std::size_t>(t + kLead)] = fan.value(at(t + kLead), 0.95);
    if (forecaster.refit_due()) forecaster.adopt(forecaster.refit_jobs().run());
  }
  return sum;
}

/// Two clients with rhythms that are no day's, and others.
struct TwoClients {
  testing::Noise noise{7};
  std::vector<double> now;
  double others = 0;
  double whole(int t) {
    now = {jobs(t, 29, 12, 400) + 10 * noise.normal(), jobs(t, 37, 9, 500) + 10 * noise.normal()};
    for (double& value : now) value = std::max(0.0, value);
    others = 100 + 30 * std::sin(2 * M_PI * t / kDay) + 5 * noise.normal();
    return now[0] + now[1] + others;
  }
};

TEST_CASE("decomposed: parts that are told apart are believed", "[weeks]") {
  constexpr int kSteps = 12 * kDay, kJudged = 4 * kDay;
  TwoClients first, second;
  Decomposed alone(of_ten_minutes()), together(of_ten_minutes(), 2);
  const double without = loss(
      alone, kSteps, kJudged, [&](int t) { return first.whole(t); }, [](int) { return std::vector<double>(); });
  const double with = loss(
      together, kSteps, kJudged, [&](int t) { return second.whole(t); }, [&](int) { return second.now; });
  INFO("P95 pinball with its parts " << with << ", without " << without << "; " << together.whole().summary().why);
  CHECK(with < 0.9 * without);
  CHECK(alone.whole().summary().why.find("its parts") == std::string::npos);
  CHECK(together.whole().summary().why.find("its parts") != std::string::npos);
  CHECK(together.state_bytes() > 3 * alone.state_bytes());
}

TEST_CASE("decomposed: parts that tell nothing cost nothing", "[weeks]") {
  constexpr int kSteps = 8 * kDay, kJudged = 3 * kDay;
  const auto series = [](testing::Noise& noise, double& level) {
    level = std::max(200.0, level + 20 * noise.normal());
    return level;
  };
  testing::Noise first(8), second(8), split(9);
  double one = 1000, two = 1000;
  Decomposed alone(of_ten_minutes()), together(of_ten_minutes(), 2);
  const double without = loss(
      alone, kSteps, kJudged, [&](int) { return series(first, one); }, [](int) { return std::vector<double>(); });
  const double with = loss(
      together, kSteps, kJudged, [&](int) { return series(second, two); },
      [&](int) {
        const double share = 0.2 + 0.6 * split.uniform();  // who has how much is chance
        return std::vector{0.6 * share * two, 0.6 * (1 - share) * two};
      });
  INFO("P95 pinball with its parts " << with << ", without " << without);
  CHECK(with < 1.03 * without);
}

TEST_CASE("decomposed: without parts it is a forecaster") {
  testing::Noise noise(10);
  Decomposed decomposed(of_ten_minutes());
  Forecaster forecaster(of_ten_minutes());
  for (int t = 0; t < 3 * kDay; ++t) {
    const double value = 100 + 10 * noise.normal();
    decomposed.update(at(t), value), forecaster.update(at(t), value);
  }
  CHECK(decomposed.whole().fan().values == forecaster.fan().values);
  CHECK(decomposed.state_bytes() == forecaster.state_bytes());
  CHECK(decomposed.parts() == 0);
}

TEST_CASE("decomposed: gaps, parts that are not there, more than the whole") {
  constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
  TwoClients clients;
  Decomposed forecaster(of_ten_minutes(), 2);
  for (int t = 0; t < 4 * kDay; ++t) {
    const double whole = clients.whole(t);
    std::vector<double> parts = clients.now;
    if (t % 10 == 0) parts[0] = kGap;
    if (t % 11 == 0) parts[1] = 10 * whole;
    if (t % 13 == 0) parts[1] = -5;
    forecaster.update(at(t), t % 17 == 0 ? kGap : whole, parts);
    REQUIRE(sound(forecaster.whole().fan()));
  }
}

TEST_CASE("decomposed: a lower bound raises the whole, whatever its parts seem to have") {
  TwoClients clients;
  Decomposed one(of_ten_minutes(), 2), other(of_ten_minutes(), 2);
  for (int t = 0; t < 4 * kDay; ++t) {
    const double whole = clients.whole(t);
    one.update(at(t), whole, clients.now);
    other.update(at(t), whole, clients.now);
  }
  const double latest = one.whole().fan().latest;
  for (int t = 4 * kDay; t < 4 * kDay + 6; ++t) {
    const double all = t % 2 == 0 ? latest : 0;  // the maximum of each, added, would be twice what there is
    one.update(at(t), latest / 2, std::vector<double>{all, latest - all}, Observed::AtLeast);
    other.update(at(t), latest / 2, std::vector<double>{0, 0}, Observed::AtLeast);
  }
  CHECK(one.whole().fan().latest == latest);
  CHECK(one.whole().fan().values == other.whole().fan().values);
  one.update(at(4 * kDay + 6), 2 * latest, clients.now, Observed::AtLeast);
  CHECK(one.whole().fan().latest == Approx(2 * latest));
}

TEST_CASE("decomposed: a new part is not believed before it was learned") {
  TwoClients clients;
  Decomposed forecaster(of_ten_minutes(), 1);
  forecaster.set_planning_horizon(kLead * kStep);
  int t = 0;
  const auto go_on = [&](int steps) {
    for (const int end = t + steps; t < end; ++t) {
      const double whole = clients.whole(t);
      const std::vector<double> parts(clients.now.begin(),
                                      clients.now.begin() + static_cast<std::ptrdiff_t>(forecaster.parts()));
      forecaster.update(at(t), whole, parts);
      REQUIRE(sound(forecaster.whole().fan()));
    }
  };
  go_on(4 * kDay);
  forecaster.add_part();
  CHECK(forecaster.parts() == 2);
  const double before = forecaster.whole().fan().values(0, 0);
  go_on(1);
  CHECK(std::isfinite(before));
  go_on(2 * kDay);
  forecaster.renew_part(0);
  go_on(10);
  CHECK(forecaster.whole().summary().eligible);
}

TEST_CASE("decomposed: what was saved goes on bit for bit, what does not fit is refused") {
  TwoClients clients;
  Decomposed one(of_ten_minutes(), 2);
  for (int t = 0; t < 5 * kDay; ++t) {
    const double whole = clients.whole(t);
    one.update(at(t), whole, clients.now);
    if (one.refit_due()) one.adopt(one.refit_jobs().run());
  }
  const auto state = one.save();
  Decomposed other(of_ten_minutes(), 2), fewer(of_ten_minutes(), 1), more(of_ten_minutes(), 3);
  REQUIRE_FALSE(other.restore(state));
  CHECK(other.save() == state);
  for (int t = 5 * kDay; t < 5 * kDay + 50; ++t) {
    const double whole = clients.whole(t);
    one.update(at(t), whole, clients.now), other.update(at(t), whole, clients.now);
  }
  CHECK(one.whole().fan().values == other.whole().fan().values);
  CHECK(one.save() == other.save());
  const auto untouched = fewer.save();
  CHECK(fewer.restore(state) == "it holds more than this");
  CHECK(more.restore(state) == "it was cut short");
  CHECK(fewer.restore({state.data(), state.size() / 2}));
  CHECK(fewer.restore({}));
  CHECK(fewer.save() == untouched);
}

}  // namespace
}  // namespace forecasting
