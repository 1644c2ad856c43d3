// Measures the default engine's costs against their limits: a step of one series with a day of minutes, steps of ten
// thousand series one after the other, refits, saving and restoring, and a cold start of a thousand series on two
// threads. Demand is generated: a daily and an hourly wave with noise, sixteen kinds, the same in every run. Counters
// whose name begins with `must_` are the limits of issue 5.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <thread>
#include <vector>

#include "forecasting/engine/forecaster.h"

namespace {

using forecasting::Forecaster;
using forecasting::TimePoint;
using Bytes = std::vector<std::byte>;
using std::chrono::minutes;

constexpr int kDay = 1440, kKinds = 16;
constexpr forecasting::Duration kLead = minutes(10), kFurthest = minutes(60);

/// Demand of a kind in a minute.
double demand(int kind, int minute) {
  const double day = std::sin(2 * M_PI * minute / kDay + kind), hour = minute % 60 < 5 ? 15 : 0;
  std::uint64_t bits = (static_cast<std::uint64_t>(kind) << 32 | static_cast<std::uint64_t>(minute)) + 1;
  for (int i = 0; i < 2; ++i) bits = (bits ^ bits >> 29) * 0xbf58476d1ce4e5b9U;
  return 100 + 60 * day + hour + 20 * static_cast<double>(bits >> 40) / (1 << 24);
}

TimePoint at(int minute) {
  return TimePoint{minutes(1'000'000 + minute)};
}

Forecaster fresh() {
  Forecaster forecaster({});
  forecaster.set_planning_horizon(kLead);
  return forecaster;
}

void feed(Forecaster& forecaster, int kind, int from, int to) {
  for (int minute = from; minute < to; ++minute) forecaster.update(at(minute), demand(kind, minute));
}

/// The last step of a kind's saved state: the archive is full, and kinds end at different minutes of the hour, so that
/// their periodic work does not coincide.
constexpr int saved(int kind) {
  return 9 * kDay + 4 * kind;
}

/// States of nine days with the trees of the ninth, per kind.
const std::vector<Bytes>& states() {
  static const std::vector<Bytes> made = [] {
    std::vector<Bytes> all;
    for (int kind = 0; kind < kKinds; ++kind) {
      Forecaster forecaster = fresh();
      feed(forecaster, kind, 0, saved(kind));
      forecaster.adopt(forecaster.refit_job().run());
      all.push_back(forecaster.save());
    }
    return all;
  }();
  return made;
}

Forecaster restored(int kind) {
  Forecaster forecaster = fresh();
  if (forecaster.restore(states()[static_cast<std::size_t>(kind)])) std::abort();
  return forecaster;
}

double us_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

/// CPU of this thread alone: other processes on the machine do not count.
double cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e3;
}

/// A step with all members, its fan and its paths to an hour ahead.
void step(benchmark::State& state) {
  Forecaster forecaster = restored(0);
  std::vector<double> taken;
  int minute = saved(0);
  for (auto _ : state) {
    const double start = cpu_us();
    forecaster.update(at(minute), demand(0, minute));
    benchmark::DoNotOptimize(forecaster.fan());
    benchmark::DoNotOptimize(forecaster.scenarios(kFurthest));
    taken.push_back(cpu_us() - start);
    ++minute;
  }
  std::sort(taken.begin(), taken.end());
  state.counters["p50_us"] = taken[taken.size() / 2];
  state.counters["p99_us"] = taken[taken.size() * 99 / 100];
  state.counters["must_p50_us"] = 50;
  state.counters["state_bytes"] = static_cast<double>(forecaster.state_bytes());
}
BENCHMARK(step)->Iterations(2 * kDay)->Unit(benchmark::kMicrosecond);

void update_only(benchmark::State& state) {
  Forecaster forecaster = restored(0);
  int minute = saved(0);
  for (auto _ : state) forecaster.update(at(minute), demand(0, minute)), ++minute;
}
BENCHMARK(update_only)->Iterations(2 * kDay)->Unit(benchmark::kMicrosecond);

/// A minute of ten thousand series: each state is cold in the cache when its turn comes. With fans; paths are drawn for
/// the objects that ask for sums.
void ten_thousand_series(benchmark::State& state) {
  constexpr int kSeries = 10'000;
  std::vector<Forecaster> all;
  for (int i = 0; i < kSeries; ++i) all.push_back(restored(i % kKinds));
  int gone = 0;
  double longest = 0;
  for (auto _ : state) {
    const double start = cpu_us();
    for (int i = 0; i < kSeries; ++i) {
      Forecaster& one = all[static_cast<std::size_t>(i)];
      const int kind = i % kKinds, minute = saved(kind) + gone;
      one.update(at(minute), demand(kind, minute));
      if (state.range(0) != 0) benchmark::DoNotOptimize(one.fan());
    }
    longest = std::max(longest, cpu_us() - start);
    ++gone;
  }
  state.counters["longest_s"] = longest / 1e6;
  double bytes = 0;
  for (const Forecaster& one : all) bytes += static_cast<double>(one.state_bytes());
  state.counters["must_s"] = 1;
  state.counters["state_MB"] = bytes / 1e6;
}
BENCHMARK(ten_thousand_series)->Arg(0)->Arg(1)->ArgName("fan")->Iterations(60)->Unit(benchmark::kMillisecond);

/// With a full archive; with a day of minutes every other day.
void refit(benchmark::State& state) {
  const Forecaster forecaster = restored(0);
  const forecasting::RefitJob job = forecaster.refit_job();
  const auto start = std::clock();
  for (auto _ : state) benchmark::DoNotOptimize(job.run());
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  state.counters["cpu_s_a_series_and_day"] = seconds / static_cast<double>(state.iterations()) / 2;
  state.counters["must_cpu_s_a_series_and_day"] = 0.9;
}
BENCHMARK(refit)->Iterations(5)->Unit(benchmark::kMillisecond);

void save(benchmark::State& state) {
  const Forecaster forecaster = restored(0);
  for (auto _ : state) benchmark::DoNotOptimize(forecaster.save());
  state.counters["bytes"] = static_cast<double>(forecaster.save().size());
}
BENCHMARK(save)->Unit(benchmark::kMicrosecond);

void take_up(benchmark::State& state) {
  Forecaster forecaster = fresh();
  for (auto _ : state) benchmark::DoNotOptimize(forecaster.restore(states()[0]));
}
BENCHMARK(take_up)->Unit(benchmark::kMicrosecond);

constexpr int kStarting = 1000;

/// Does something for every series, on two threads.
void on_two(const std::function<void(int)>& work) {
  std::atomic<int> next{0};
  const auto take = [&] {
    for (int i = next++; i < kStarting; i = next++) work(i);
  };
  std::thread other(take);
  take();
  other.join();
}

/// A thousand series with two days of minutes behind them: until all have a calibrated fan, then until all have trees.
void cold_start(benchmark::State& state) {
  for (auto _ : state) {
    std::vector<Forecaster> all;
    for (int i = 0; i < kStarting; ++i) all.push_back(fresh());
    const auto start = std::chrono::steady_clock::now();
    const auto ticks = std::clock();  // of both threads
    const auto cpu_s = [&] { return static_cast<double>(std::clock() - ticks) / CLOCKS_PER_SEC; };
    std::atomic<int> calibrated{0};
    on_two([&](int i) {
      Forecaster& one = all[static_cast<std::size_t>(i)];
      feed(one, i % kKinds, 0, 2 * kDay);
      calibrated += one.summary().eligible ? 1 : 0;
    });
    state.counters["calibrated"] = calibrated.load();
    state.counters["fan_s"] = us_since(start) / 1e6;
    state.counters["fan_cpu_s"] = cpu_s();
    state.counters["must_fan_s"] = 60;
    on_two([&](int i) {
      Forecaster& one = all[static_cast<std::size_t>(i)];
      one.adopt(one.refit_job().run());
    });
    state.counters["trees_s"] = us_since(start) / 1e6;
    state.counters["trees_cpu_s"] = cpu_s();
    state.counters["must_trees_s"] = 300;
  }
}
BENCHMARK(cold_start)->Iterations(1)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kSecond);

void warm_start(benchmark::State& state) {
  states();
  for (auto _ : state) {
    std::vector<Forecaster> all;
    for (int i = 0; i < kStarting; ++i) all.push_back(fresh());
    on_two([&](int i) {
      if (all[static_cast<std::size_t>(i)].restore(states()[static_cast<std::size_t>(i % kKinds)])) std::abort();
    });
    benchmark::DoNotOptimize(all);
  }
  state.counters["must_s"] = 30;
}
BENCHMARK(warm_start)->Iterations(3)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kSecond);

}  // namespace

BENCHMARK_MAIN();
