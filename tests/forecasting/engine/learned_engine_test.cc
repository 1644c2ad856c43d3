// The default engine as its caller sees it: its rungs in words, dirt and gaps, coverage of values and of windows, paths
// whose sums are covered, refits that change nothing but the forecast, and a state that is taken up bit for bit.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "forecasting/engine/forecaster.h"
#include "tests/forecasting/engine/allocations.h"
#include "tests/forecasting/gap.h"
#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int kDay = 288;  // a day of five-minute steps
constexpr Duration kStep = minutes(5);

Options of_five_minutes() {
  Options options;
  options.step = kStep;
  options.season_steps = kDay;
  return options;
}

TimePoint at(int t) {
  return TimePoint{t * kStep};
}

double wave(int t) {
  return 1000 + 600 * std::sin(2 * M_PI * t / kDay);
}

using Series = std::function<double(int)>;

/// Feeds steps [from, to), refitting when due.
void feed(Forecaster& forecaster, int from, int to, const Series& series) {
  for (int t = from; t < to; ++t) {
    forecaster.update(at(t), series(t));
    if (forecaster.refit_due()) forecaster.adopt(forecaster.refit_job().run());
  }
}

void require_sound(const Fan& fan) {
  for (std::size_t k = 0; k < fan.values.rows(); ++k) {
    for (std::size_t q = 0; q < fan.values.cols(); ++q) {
      REQUIRE(std::isfinite(fan.values(k, q)));
      REQUIRE(fan.values(k, q) >= 0);
      if (q > 0) REQUIRE(fan.values(k, q) >= fan.values(k, q - 1));
    }
    if (k > 0) REQUIRE(fan.offsets[static_cast<std::size_t>(k)] > fan.offsets[static_cast<std::size_t>(k - 1)]);
  }
}

bool same(const Fan& one, const Fan& two) {
  return one.origin == two.origin && one.offsets == two.offsets && one.values == two.values &&
         one.window_margins == two.window_margins;
}

TEST_CASE("learned: from nothing to the full engine, in words") {
  testing::Noise noise(1);
  Forecaster forecaster(of_five_minutes());
  forecaster.set_planning_horizon(minutes(20));
  CHECK(forecaster.fan().empty());
  CHECK(forecaster.summary().model == "None");
  const auto series = [&](int t) { return wave(t) + 20 * noise.normal(); };
  feed(forecaster, 0, 20, series);
  CHECK_FALSE(forecaster.summary().eligible);
  CHECK(forecaster.summary().why.find("of the 50 forecasts it needs at +20m") != std::string::npos);
  require_sound(forecaster.fan());
  feed(forecaster, 20, 56, series);
  CHECK(forecaster.summary().eligible);
  CHECK(forecaster.summary().model == "LastValue");
  CHECK(forecaster.summary().why.find("trees need a day of history") != std::string::npos);
  feed(forecaster, 56, 10 * kDay, series);
  const Summary summary = forecaster.summary();
  CHECK(summary.model == "Learned(24h)");
  CHECK(summary.why.find("trees 0%") == std::string::npos);
  CHECK(summary.skill > 0.3);
  CHECK(summary.skill_seasonal > 0);
  CHECK(summary.coverage == Approx(0.95).margin(0.03));
}

TEST_CASE("learned: a constant, nought and an alternating series") {
  for (const Series& series : {Series([](int) { return 7.0; }), Series([](int) { return 0.0; })}) {
    Forecaster forecaster(of_five_minutes());
    feed(forecaster, 0, 3 * kDay, series);
    CHECK(forecaster.summary().eligible);
    CHECK(forecaster.fan().value(at(3 * kDay - 1) + minutes(60), 0.95) == Approx(series(0)).margin(1e-3));
  }
  Forecaster forecaster(of_five_minutes());
  feed(forecaster, 0, 6 * kDay, [](int t) { return t % 2 == 0 ? 10.0 : 20.0; });
  const int last = 6 * kDay - 1;  // 20: the next is 10
  CHECK(forecaster.fan().value(at(last + 1), 0.5) == Approx(10).margin(1));
}

TEST_CASE("learned: infinite, negative and absurd values are gaps and counted, a year's gap is survived") {
  Forecaster forecaster(of_five_minutes());
  testing::Noise noise(2);
  const auto series = [&](int t) {
    if (t % 50 == 1) return std::numeric_limits<double>::infinity();
    if (t % 50 == 2) return -1.0;
    if (t % 50 == 3) return 1e300;
    return t % 50 == 4 ? kGap : wave(t) + noise.normal();
  };
  feed(forecaster, 0, 3 * kDay, series);
  CHECK(forecaster.summary().rejected == 3 * (3 * kDay / 50 + 1));
  require_sound(forecaster.fan());
  feed(forecaster, 3 * kDay, 3 * kDay + 365 * kDay, [](int) { return kGap; });
  require_sound(forecaster.fan());
  const int back = 368 * kDay;
  feed(forecaster, back, back + 2 * kDay, series);
  require_sound(forecaster.fan());
  CHECK(forecaster.fan().value(at(back + 2 * kDay - 1) + minutes(60), 0.5) ==
        Approx(wave(back + 2 * kDay + 11)).margin(200));
}

TEST_CASE("learned: after a jump by 27 orders the fan is finite and the state can be taken up") {
  Forecaster one(of_five_minutes());
  feed(one, 0, 2 * kDay, wave);
  int next = 2 * kDay;
  for (const double absurd : {1e29, 1e-30, 1e30, 0.0, 5e-324, 1e30}) {
    for (int i = 0; i < 20; ++i) one.update(at(next++), absurd);
    require_sound(one.fan());
    Forecaster other(of_five_minutes());
    REQUIRE_FALSE(other.restore(one.save()));
    CHECK(same(one.fan(), other.fan()));
  }
}

TEST_CASE("learned: a series from before 1970 is forecast like any other") {
  Forecaster forecaster(of_five_minutes());
  for (int t = -3 * kDay; t < 0; ++t) forecaster.update(at(t), wave(t));
  require_sound(forecaster.fan());
  CHECK(forecaster.summary().eligible);
  CHECK(forecaster.scenarios(hours(1)).empty());  // origins are counted from then
}

TEST_CASE("learned: in a gap the origin stays, and widths grow") {
  testing::Noise noise(3);
  Forecaster forecaster(of_five_minutes());
  double walk = 0;
  const auto series = [&](int t) { return 2 * wave(t) + (walk += 20 * noise.normal()); };
  feed(forecaster, 0, 4 * kDay, series);
  const Fan before = forecaster.fan();
  feed(forecaster, 4 * kDay, 4 * kDay + 4, [](int) { return kGap; });
  const Fan after = forecaster.fan();
  CHECK(after.origin == before.origin);
  const auto width = [](const Fan& fan, TimePoint when) { return fan.value(when, 0.95) - fan.value(when, 0.5); };
  const auto soon = minutes(10);
  CHECK(width(after, at(4 * kDay + 3) + soon) > 1.05 * width(before, before.origin + soon));
}

TEST_CASE("learned: what was cut off raises, never lowers, and teaches nothing") {
  testing::Noise noise(31);
  Forecaster forecaster(of_five_minutes());
  forecaster.set_planning_horizon(minutes(20));
  feed(forecaster, 0, 4 * kDay, [&](int t) { return wave(t) + 20 * noise.normal(); });
  const Summary before = forecaster.summary();
  const double now = forecaster.fan().latest;
  forecaster.update(at(4 * kDay), now / 2, Observed::AtLeast);  // a server that admits no more
  CHECK(forecaster.fan().origin == at(4 * kDay));
  CHECK(forecaster.fan().latest == now);
  forecaster.update(at(4 * kDay + 1), 2 * now, Observed::AtLeast);
  CHECK(forecaster.fan().latest == Approx(2 * now));
  CHECK(forecaster.fan().value(at(4 * kDay + 1) + kStep, 0.5) > 1.3 * now);
  for (int t = 4 * kDay + 2; t < 4 * kDay + 40; ++t) {
    forecaster.update(at(t), now, Observed::AtLeast);
    CHECK(forecaster.fan().latest >= now);
  }
  CHECK(forecaster.summary().samples == before.samples);
  CHECK(forecaster.summary().coverage == before.coverage);
  Options named = of_five_minutes();
  named.model = Model::LastValue;
  Forecaster last_value(named);
  feed(last_value, 0, kDay, wave);
  const Fan known = last_value.fan();
  last_value.update(at(kDay), 0, Observed::AtLeast);
  CHECK(last_value.fan().origin == known.origin);
}

TEST_CASE("learned: a threefold step is followed within two hours and a spike leaves tomorrow alone", "[weeks]") {
  testing::Noise noise(4);
  Forecaster stepped(of_five_minutes()), spiked(of_five_minutes()), plain(of_five_minutes());
  const auto base = [](int t) { return wave(t) + 10 * std::sin(0.7 * t); };
  feed(stepped, 0, 6 * kDay, base), feed(spiked, 0, 6 * kDay, base), feed(plain, 0, 6 * kDay, base);
  const int from = 6 * kDay;
  feed(stepped, from, from + 24, [&](int t) { return 3 * base(t); });
  CHECK(stepped.fan().value(at(from + 23) + minutes(20), 0.5) == Approx(3 * base(from + 27)).epsilon(0.15));
  feed(spiked, from, from + kDay, [&](int t) { return t < from + 2 ? 50 * base(t) : base(t); });
  feed(plain, from, from + kDay, base);
  const TimePoint ahead = at(from + kDay - 1) + minutes(60);
  CHECK(spiked.fan().value(ahead, 0.95) == Approx(plain.fan().value(ahead, 0.95)).epsilon(0.25));
}

TEST_CASE("learned: a change is said, in words, and only then") {
  testing::Noise noise(41);
  Forecaster forecaster(of_five_minutes());
  forecaster.set_planning_horizon(minutes(20));
  const auto why = [&] { return forecaster.summary().why; };
  const auto usual = [&](int t) { return wave(t) + 30 * noise.normal(); };
  feed(forecaster, 0, 6 * kDay, usual);
  CHECK(why().find("demand was found") == std::string::npos);
  const auto early = [&](int t) { return 2 * wave(t + kDay / 3) + 200 * noise.normal(); };  // a day that begins earlier
  feed(forecaster, 6 * kDay, 6 * kDay + kDay / 3, early);
  CHECK(why().find("demand was found to have become") != std::string::npos);
  CHECK(why().find("for a day it is followed faster") != std::string::npos);
  feed(forecaster, 6 * kDay + kDay / 3, 12 * kDay, early);
  CHECK(why().find("demand was found") == std::string::npos);
}

TEST_CASE("learned: values and the maxima of windows are covered as promised", "[weeks]") {
  testing::Noise noise(5);
  const int days = 16;
  std::vector<double> series;
  double wander = 0;
  for (int t = 0; t < days * kDay; ++t) {
    wander = 0.97 * wander + noise.normal();
    series.push_back(std::max(0.0, wave(t) + (10 + wave(t) / 40) * wander));
  }
  Forecaster forecaster(of_five_minutes());
  const int lead = 4, window = 6;
  double covered = 0, windows = 0, pointwise = 0;
  int judged = 0;
  for (int t = 0; t < static_cast<int>(series.size()); ++t) {
    feed(forecaster, t, t + 1, [&](int i) { return series[static_cast<std::size_t>(i)]; });
    if (t < days * kDay / 2 || t + lead + window >= static_cast<int>(series.size())) continue;
    const Fan fan = forecaster.fan();
    const TimePoint from = at(t + lead), to = at(t + lead + window);
    double most = 0;
    for (int i = t + lead; i <= t + lead + window; ++i) most = std::max(most, series[static_cast<std::size_t>(i)]);
    ++judged;
    covered += series[static_cast<std::size_t>(t + lead)] <= fan.value(from, 0.95);
    windows += most <= fan.window_max(from, to, 0.95);
    pointwise += most <= fan.pointwise_max(from, to, 0.95);
  }
  CHECK(covered / judged == Approx(0.95).margin(0.02));
  CHECK(windows / judged == Approx(0.95).margin(0.025));
  CHECK(pointwise < windows);
}

TEST_CASE("learned: sums of paths are covered where series err together, sums of quantiles are not needed", "[weeks]") {
  testing::Noise noise(6);
  const int days = 10, lead = 12;
  std::vector<std::vector<double>> series(3);
  double shared = 0;
  for (int t = 0; t < days * kDay; ++t) {
    shared = 0.95 * shared + noise.normal();
    for (auto& one : series) one.push_back(std::max(0.0, wave(t) + 40 * shared + 30 * noise.normal()));
  }
  std::vector<Forecaster> forecasters;
  for (std::size_t i = 0; i < series.size(); ++i) forecasters.emplace_back(of_five_minutes());
  double covered = 0, upper_half = 0;
  int judged = 0;
  for (int t = 0; t < days * kDay; ++t) {
    const auto step = static_cast<std::size_t>(t);
    for (std::size_t i = 0; i < series.size(); ++i)
      feed(forecasters[i], t, t + 1, [&](int) { return series[i][step]; });
    if (t < 5 * kDay || t % 4 != 0 || t + lead >= days * kDay) continue;
    std::vector<Scenarios> parts;
    double total = 0;
    for (std::size_t i = 0; i < series.size(); ++i) {
      parts.push_back(forecasters[i].scenarios(hours(1)));
      total += series[i][step + lead];
    }
    const Scenarios all = sum(parts);
    REQUIRE_FALSE(all.empty());
    REQUIRE(all.offsets.back() == hours(1));
    ++judged;
    covered += total <= all.quantile(all.offsets.size() - 1, 0.9);
    upper_half += total <= all.quantile(all.offsets.size() - 1, 0.5);
  }
  CHECK(covered / judged == Approx(0.9).margin(0.05));
  CHECK(upper_half / judged == Approx(0.5).margin(0.1));
}

TEST_CASE("learned: a larger unit gives larger forecasts and nothing else", "[weeks]") {
  testing::Noise noise(7);
  std::vector<double> series;
  for (int t = 0; t < 8 * kDay; ++t) series.push_back(wave(t) + 50 * noise.normal());
  Forecaster one(of_five_minutes()), large(of_five_minutes());
  feed(one, 0, 8 * kDay, [&](int t) { return series[static_cast<std::size_t>(t)]; });
  feed(large, 0, 8 * kDay, [&](int t) { return 1024 * series[static_cast<std::size_t>(t)]; });
  const Fan small_fan = one.fan(), large_fan = large.fan();
  for (std::size_t k = 0; k < small_fan.values.rows(); ++k) {
    for (std::size_t q = 0; q < small_fan.values.cols(); ++q) {
      REQUIRE(large_fan.values(k, q) == Approx(1024 * small_fan.values(k, q)).epsilon(0.01));
    }
  }
}

TEST_CASE("learned: a saved state continues bit for bit, with its trees", "[weeks]") {
  testing::Noise noise(8);
  std::vector<double> series;
  for (int t = 0; t < 8 * kDay; ++t) series.push_back(t % 97 == 0 ? kGap : wave(t) + 50 * noise.normal());
  const auto value = [&](int t) { return series[static_cast<std::size_t>(t)]; };
  struct Saved {
    int from, until;  // both sides are fed between them, over at least one refit
    std::vector<std::byte> state;
    std::string why;
    Fan fan;
  };
  std::vector<Saved> all{{0, 2 * kDay, {}, {}, {}},
                         {1, 2 * kDay, {}, {}, {}},
                         {40, 2 * kDay, {}, {}, {}},
                         {kDay / 2, 2 * kDay, {}, {}, {}},
                         {6 * kDay + 17, 8 * kDay, {}, {}, {}}};
  Forecaster one(of_five_minutes());
  one.set_planning_horizon(minutes(20));
  for (int t = 0; t <= 8 * kDay; ++t) {
    for (Saved& saved : all) {
      if (t == saved.from) saved.state = one.save(), saved.why = one.summary().why, saved.fan = one.fan();
      if (t != saved.until) continue;
      INFO("saved at step " << saved.from);
      Forecaster other(of_five_minutes());
      other.set_planning_horizon(minutes(20));
      REQUIRE_FALSE(other.restore(saved.state));
      CHECK(same(saved.fan, other.fan()));
      CHECK(saved.why == other.summary().why);
      feed(other, saved.from, saved.until, value);
      CHECK(same(one.fan(), other.fan()));
      CHECK(one.save() == other.save());
    }
    if (t < 8 * kDay) feed(one, t, t + 1, value);
  }
}

TEST_CASE("learned: a state that is foreign, old, cut short or changed is refused with a reason") {
  Forecaster one(of_five_minutes());
  feed(one, 0, 2 * kDay, wave);
  const auto state = one.save();
  const auto refusal = [&](const std::vector<std::byte>& bytes, Options options = of_five_minutes()) {
    Forecaster other(options);
    const auto reason = other.restore(bytes);
    REQUIRE(reason);
    CHECK(other.fan().empty());
    return *reason;
  };
  CHECK(refusal({}).find("too short") != std::string::npos);
  CHECK(refusal(std::vector<std::byte>(1000)).find("no forecaster's state") != std::string::npos);
  auto cut = state;
  cut.resize(cut.size() - 1);
  CHECK(refusal(cut).find("checksum") != std::string::npos);
  auto changed = state;
  changed[changed.size() / 2] ^= std::byte{1};
  CHECK(refusal(changed).find("checksum") != std::string::npos);
  auto old = state;
  old[12] ^= std::byte{4};
  CHECK(refusal(old).find("version") != std::string::npos);
  Options coarse = of_five_minutes();
  coarse.season_steps = 144;
  CHECK(refusal(state, coarse).find("season of 288 steps") != std::string::npos);
  Options named = of_five_minutes();
  named.model = Model::HoltWinters;
  CHECK(Forecaster(named).save().empty());
}

TEST_CASE("learned: an update allocates nothing") {
  testing::Noise noise(9);
  Forecaster forecaster(of_five_minutes());
  feed(forecaster, 0, 3 * kDay, [&](int t) { return wave(t) + 20 * noise.normal(); });
  const long before = testing::allocations();
  for (int t = 3 * kDay; t < 3 * kDay + 200; ++t) forecaster.update(at(t), t % 50 == 0 ? kGap : wave(t));
  CHECK(testing::allocations() == before);
}

TEST_CASE("learned: a series takes less than 96 KB, at any step and with as many levels as there may be", "[weeks]") {
  const int step = GENERATE(1, 2, 5, 10, 30);
  CAPTURE(step);
  const int day = 1440 / step, days = step == 1 ? 3 : 9;
  testing::Noise noise(10);
  Options options;
  options.step = minutes(step);
  options.season_steps = day;
  options.levels = {0.5, 0.8, 0.9, 0.95, 0.99};
  Forecaster forecaster(options);
  std::size_t state_bytes = 0, saved_bytes = 0;
  for (int t = 0; t < days * day; ++t) {
    forecaster.update(TimePoint{minutes(t * step)}, 500 + 200 * std::sin(2 * M_PI * t / day) + 10 * noise.normal());
    if (!forecaster.refit_due()) continue;
    forecaster.adopt(forecaster.refit_job().run());
    state_bytes = std::max(state_bytes, forecaster.state_bytes());
    saved_bytes = std::max(saved_bytes, forecaster.save().size());
  }
  CAPTURE(state_bytes, saved_bytes);
  CHECK(state_bytes > 0);
  CHECK(state_bytes < 96 * 1024);
  CHECK(saved_bytes < 96 * 1024);
}

}  // namespace
}  // namespace forecasting
