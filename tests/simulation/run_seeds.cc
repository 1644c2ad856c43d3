// Runs seeds of the simulated day and says which fail: `simulate_seeds [--seeds N] [--first S] [--seed S] [--jobs J]
// [--kind K]`. Environment: AIA_SEEDS, AIA_SEED (one seed, explained; AIA_AUDIT=1 prints its whole audit log),
// AIA_JOBS, AIA_KIND (the number of the one kind of fault, ten in half a day). Exit status 1 when a seed was flagged.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "simulation/faults/simulate.h"

namespace {

using namespace aia;

std::uint64_t number(const char* option, const char* environment, std::uint64_t otherwise, int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string(argv[i]) == option) return std::strtoull(argv[i + 1], nullptr, 10);
  }
  const char* set = std::getenv(environment);
  return set == nullptr ? otherwise : std::strtoull(set, nullptr, 10);
}

simulation::SimulationOptions options_of(std::uint64_t kind) {
  simulation::SimulationOptions options;
  if (kind >= static_cast<std::uint64_t>(simulation::kFaultKinds)) return options;
  options.length = std::chrono::hours(12);  // as planted_test.cc has them
  options.faults.mean_faults = 10;
  options.faults.only = static_cast<simulation::FaultKind>(kind);
  std::cout << "nothing but " << to_string(*options.faults.only) << "\n";
  return options;
}

/// The first argument that is none of the options, or lacks its number; empty: all are fine.
std::string unknown_of(int argc, char** argv) {
  static const std::set<std::string> kOptions{"--seeds", "--first", "--seed", "--jobs", "--kind"};
  for (int i = 1; i < argc; i += 2) {
    const bool has_number = i + 1 < argc && *argv[i + 1] != '\0' &&
                            std::string(argv[i + 1]).find_first_not_of("0123456789") == std::string::npos;
    if (!kOptions.contains(argv[i]) || !has_number) return argv[i];
  }
  return "";
}

int explain_one(std::uint64_t seed, const simulation::SimulationOptions& options) {
  const auto outcome = simulation::simulate(seed, options);
  const auto record = simulation::run_day(seed, options);
  std::cout << "seed " << seed << ": digest " << std::hex << outcome.digest << std::dec << ", "
            << outcome.violations.size() << " violations\n";
  for (const auto& one : outcome.violations)
    std::cout << "  " << format_rfc3339(one.at) << " " << one.checker << ": " << one.what << "\n";
  if (std::getenv("AIA_AUDIT") != nullptr) {
    for (const auto& write : record.writes) std::cout << to_string(write) << "\n";
  }
  if (!outcome.violations.empty()) std::cout << "\nThe first:\n" << explain(record, outcome.violations.front());
  return outcome.violations.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto unknown = unknown_of(argc, argv); !unknown.empty()) {
    std::cerr << "simulate_seeds: " << unknown
              << ": usage: simulate_seeds [--seeds N] [--first S] [--seed S] [--jobs J] [--kind K]\n";
    return 2;
  }
  constexpr std::uint64_t kNone = ~std::uint64_t{0};
  const auto options = options_of(number("--kind", "AIA_KIND", kNone, argc, argv));
  if (const auto seed = number("--seed", "AIA_SEED", kNone, argc, argv); seed != kNone)
    return explain_one(seed, options);
  const auto count = number("--seeds", "AIA_SEEDS", 1000, argc, argv);
  const auto first = number("--first", "AIA_FIRST_SEED", 1, argc, argv);
  const auto jobs = number("--jobs", "AIA_JOBS", std::max(1U, std::thread::hardware_concurrency()), argc, argv);
  const auto begun = std::chrono::steady_clock::now();
  std::size_t flagged = 0;
  const auto outcomes = simulation::simulate_many(first, count, jobs, options, [&](const auto& outcome) {
    if (outcome.violations.empty() || ++flagged > 40) return;
    const auto& one = outcome.violations.front();
    std::cout << "seed " << outcome.seed << ": " << format_rfc3339(one.at) << " " << one.checker << ": " << one.what
              << std::endl;  // at once: a run may be cut off
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;

  std::map<std::string, int> by_checker;
  std::size_t faults = 0, scales = 0, reductions = 0, cycles = 0;
  for (const auto& outcome : outcomes) {
    faults += outcome.faults, scales += outcome.scales, reductions += outcome.reductions, cycles += outcome.cycles;
    std::set<std::string> checkers;
    for (const auto& one : outcome.violations) checkers.insert(one.checker);
    for (const auto& one : checkers) ++by_checker[one];
  }
  for (const auto& [checker, seeds] : by_checker) std::cout << checker << " flagged " << seeds << " seeds\n";
  std::cout << count << " virtual days, " << faults << " faults, " << cycles << " cycles, " << scales << " scalings ("
            << reductions << " down), " << flagged << " seeds flagged, " << took.count() << " s on " << jobs
            << " threads\n";
  if (flagged > 0) std::cout << "Replay and explain one: AIA_SEED=<seed> " << argv[0] << "\n";
  return flagged == 0 ? 0 : 1;
}
