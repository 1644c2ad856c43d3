// Population and faults are drawn first, then the world runs to its end, then the checkers judge the record. Faults
// that turn demand are multiplied into the demand function before the run, so that checkers and services see the same
// demand.
#include "simulation/faults/simulate.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "simulation/faults/probes.h"
#include "simulation/faults/stage.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int kControllers = 2;
const WallTime kStart{Millis(1'800'000'000'000)};  // a whole hour

std::map<api::ObjectKey, std::size_t> history_due(const std::vector<Inhabitant>& inhabitants, Millis step) {
  std::map<api::ObjectKey, std::size_t> due;
  for (const auto& one : inhabitants) {
    if (one.spec.forecast.model != api::ModelChoice::Off && api::is_forecast(one.spec.demand.front().kind))
      due[one.key] = static_cast<std::size_t>(one.spec.forecast.history / step);
  }
  return due;
}

void turn_demand(Record& record, int index) {
  std::vector<Turn> turns;
  for (const auto& fault : record.plan.faults) {
    const auto turn = fault.hits_service(index) ? turn_of(fault) : std::nullopt;
    if (turn) turns.push_back(*turn);
  }
  if (turns.empty()) return;
  auto& demand = record.inhabitants.at(static_cast<std::size_t>(index)).service.demand_rps;
  demand = [steady = demand, turns](WallTime at) {
    double factor = 1;
    for (const auto& turn : turns) factor *= turn.from <= at && at < turn.to ? turn.factor : 1;
    return factor * steady(at);
  };
}

}  // namespace

SimulationOptions::SimulationOptions() {
  controller.loop.cycle = 60s;
  controller.loop.grid_step = 5min;
  controller.loop.source_memory = 1h;  // longer than any source is silent in a simulated day
}

Record run_day(std::uint64_t seed, const SimulationOptions& options) {
  Record record;
  record.start = kStart;
  record.end = kStart + options.length;
  auto asked = options.population;
  if (options.faults.only && needs_pool(*options.faults.only)) asked.pool = true;
  const auto population = draw_population(seed, kStart, options.length, asked);
  record.inhabitants = population.inhabitants;
  record.pool = population.pool;
  const Victims victims{kControllers, static_cast<int>(record.inhabitants.size()), record.pool.has_value()};
  record.plan = draw_faults(seed, kStart, options.length, victims, options.faults);
  for (std::size_t i = 0; i < record.inhabitants.size(); ++i) turn_demand(record, static_cast<int>(i));
  record.options = options.controller;
  record.options.history_points = history_due(record.inhabitants, options.controller.loop.grid_step);

  World world(kStart, seed);
  std::vector<api::ObjectKey> keys;
  for (const auto& one : record.inhabitants) keys.push_back(one.key);
  std::vector<std::unique_ptr<Controller>> owned;
  std::vector<Controller*> controllers;
  for (int i = 0; i < kControllers; ++i) {
    owned.push_back(std::make_unique<Controller>(world, record.plan, i, keys, record.options, seed));
    controllers.push_back(owned.back().get());
  }
  Stage stage(world, record.plan, population, record.inhabitants, controllers);
  stage.set_up();
  schedule_probes(world, record);
  keep_moments(world, record, kStart);
  for (auto* controller : controllers) controller->start();
  world.advance_to(record.end);
  record.writes = world.audit().writes();
  record.specs = world.spec_changes();
  for (const auto* controller : controllers) {
    record.cycles.insert(record.cycles.end(), controller->cycles().begin(), controller->cycles().end());
    record.flukes.insert(record.flukes.end(), controller->flukes().begin(), controller->flukes().end());
  }
  for (auto* controller : controllers) controller->crash();
  while (world.has_sleepers()) world.advance(1min);  // lets every fiber end: an abandoned stack frees nothing
  return record;
}

SimulationOutcome simulate(std::uint64_t seed, const SimulationOptions& options) {
  const Record record = run_day(seed, options);
  SimulationOutcome outcome;
  outcome.seed = seed;
  outcome.violations = check_all(record);
  Audit audit;
  for (const auto& write : record.writes) audit.add(write);
  outcome.digest = audit.digest();
  outcome.faults = record.plan.faults.size();
  outcome.writes = record.writes.size();
  outcome.cycles = record.cycles.size();
  for (const auto& write : record.writes) {
    if (write.kind != "Scale" || write.outcome != "ok") continue;
    ++outcome.scales;
    outcome.reductions += std::stoi(write.value) < write.before ? 1 : 0;
  }
  return outcome;
}

std::vector<SimulationOutcome> simulate_many(std::uint64_t first, std::size_t count, std::size_t jobs,
                                             const SimulationOptions& options,
                                             const std::function<void(const SimulationOutcome&)>& done) {
  std::vector<SimulationOutcome> outcomes(count);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      outcomes[i] = simulate(first + i, options);
      const std::lock_guard lock(mutex);
      if (done) done(outcomes[i]);
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < jobs; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  return outcomes;
}

std::string explain(const Record& record, const Violation& violation) {
  std::string text = format_rfc3339(violation.at) + " " + violation.checker + ": " + violation.what + "\nfaults:\n";
  for (const auto& fault : record.plan.faults) text += "  " + to_string(fault) + "\n";
  text += "writes within a quarter of an hour:\n";
  for (const auto& write : record.writes) {
    const bool near = write.at > violation.at - 15min && write.at < violation.at + 3min;
    if (near && write.kind != "Forecast" && write.kind != "Event") text += "  " + to_string(write) + "\n";
  }
  return text;
}

}  // namespace aia::simulation
