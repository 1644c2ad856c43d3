// The autoscaling exam on LLM demand and, at lead-time horizons, pinball loss against the calibrated last value.
// `forecast_exam [first|second]` judges the first half (to choose forms on; history: its first half) or the second half
// (to report).
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "forecasting/engine/forecaster.h"
#include "tests/forecasting/engine/autoscaling_exam.h"
#include "tests/forecasting/trace.h"

namespace forecasting::testing {
namespace {

Options ten_minutes() {
  return Options{.step = std::chrono::minutes(10), .season_steps = 144};
}

void exam(const std::string& path, double per_replica, bool second) {
  const auto demand = read_trace(path);
  if (!demand) return static_cast<void>(std::printf("%s is absent\n", path.c_str()));
  const int half = static_cast<int>(demand->size()) / 2;
  ExamOptions options{.forecaster = ten_minutes(), .per_replica = per_replica};
  options.judged_from = second ? half : half / 2;
  options.judged_to = second ? static_cast<int>(demand->size()) : half;
  const std::vector<std::pair<const char*, Policy>> policies{{"reactive", {.hold = 0, .forecast = false}},
                                                             {"reactive, hold L", {.hold = 1, .forecast = false}},
                                                             {"[L,L]", {.window_to = 1, .hold = 0}},
                                                             {"[L,L] hold L", {.window_to = 1, .hold = 1}},
                                                             {"[L,1.5L]", {.window_to = 1.5, .hold = 0}},
                                                             {"[L,1.5L] hold L", {.window_to = 1.5, .hold = 1}},
                                                             {"[L,2L]", {.window_to = 2, .hold = 0}},
                                                             {"[L,2L] hold L", {.window_to = 2, .hold = 1}},
                                                             {"[L,2L] hold 2L", {.hold = 2}},
                                                             {"[L,3L] hold L", {.window_to = 3}},
                                                             {"P97 [L,L] hold L", {.window_to = 1, .level = 0.97}},
                                                             {"P97 [L,2L]", {.hold = 0, .level = 0.97}},
                                                             {"P97 [L,2L] hold L", {.level = 0.97}},
                                                             {"P98 [L,2L] hold L", {.level = 0.98}}};
  std::vector<Policy> plain;
  for (const auto& [name, policy] : policies) plain.push_back(policy);
  const auto results = play(*demand, plain, options);
  std::printf("%s, %.0f rps a replica\n  %-18s attained steepest   cost  ready cost\n", path.c_str(), per_replica,
              "policy");
  for (std::size_t i = 0; i < policies.size(); ++i) {
    std::printf("  %-18s   %.3f    %.3f   %.3f   %.3f\n", policies[i].first, results[i].attained,
                results[i].attained_steep, results[i].cost, results[i].ready_cost);
  }
}

/// Pinball of the fan at `steps` ahead ÷ pinball of the forced last value, on judged steps; and the share covered.
struct Score {
  double loss = 0, covered = 0;
  int judged = 0;
};

Score score(const std::vector<double>& demand, Options options, Model model, int steps, bool second) {
  options.model = model;
  options.knots = {steps};
  Forecaster forecaster(options);
  forecaster.set_planning_horizon(steps * options.step);
  std::vector<double> upper(demand.size(), NAN);
  Score score;
  const std::size_t half = demand.size() / 2;
  for (std::size_t i = 0; i < demand.size(); ++i) {
    const TimePoint at{static_cast<long>(i) * options.step};
    forecaster.update(at, demand[i]);
    if (i + static_cast<std::size_t>(steps) < demand.size() && !std::isnan(demand[i])) {
      upper[i + static_cast<std::size_t>(steps)] =
          forecaster.fan().value(at + steps * options.step, options.planning_level);
    }
    const bool judged = second ? i >= half : i >= half / 2 && i < half;
    if (!judged || std::isnan(upper[i]) || std::isnan(demand[i])) continue;
    const double error = demand[i] - upper[i];
    score.loss += error >= 0 ? options.planning_level * error : (options.planning_level - 1) * error;
    score.covered += error <= 0;
    ++score.judged;
  }
  return score;
}

void table(const std::vector<std::string>& paths, const Options& options, const std::vector<int>& horizons,
           bool second) {
  for (const int steps : horizons) {
    double log_ratio[3] = {0, 0, 0};
    int series = 0;
    std::string line;
    for (const std::string& path : paths) {
      const auto demand = read_trace(path);
      if (!demand) continue;
      const Score last = score(*demand, options, Model::LastValue, steps, second);
      const Model models[3] = {Model::Auto, Model::SeasonalNaive, Model::HoltWinters};
      for (int m = 0; m < 3; ++m) {
        const Score own = score(*demand, options, models[m], steps, second);
        log_ratio[m] += std::log(own.loss / last.loss);
        char text[64];
        if (m == 0) {
          std::snprintf(text, sizeof text, " %.3f/%.2f", own.loss / last.loss, own.covered / own.judged);
          line += text;
        }
      }
      ++series;
    }
    if (series == 0) return;
    std::printf("+%d steps: Auto %.3f  SeasonalNaive %.3f  HoltWinters %.3f |%s\n", steps,
                std::exp(log_ratio[0] / series), std::exp(log_ratio[1] / series), std::exp(log_ratio[2] / series),
                line.c_str());
  }
}

}  // namespace
}  // namespace forecasting::testing

int main(int argc, char** argv) {
  using namespace forecasting::testing;
  const bool second = argc > 1 && std::string(argv[1]) == "second";
  const std::string servegen = "servegen/servegen_language_";
  for (const double per_replica : {25.0, 50.0}) exam(servegen + "m-small_total_nan.csv", per_replica, second);
  exam(servegen + "m-large_total.csv", 8, second);
  std::vector<std::string> llm, web;
  for (const char* name :
       {"m-large_top1", "m-large_top2", "m-large_total", "m-small_top1", "m-small_top2", "m-small_total_nan"})
    llm.push_back(servegen + name + ".csv");
  for (int i = 0; i < 10; ++i) web.push_back("crane/crane_input" + std::to_string(i) + "_1min.csv");
  std::printf("ServeGen, P95 pinball / calibrated last value (share covered)\n");
  table(llm, ten_minutes(), {1, 2, 3, 4, 6}, second);
  std::printf("crane 0-9\n");
  table(web, forecasting::Options{}, {10, 20, 60}, second);
}
