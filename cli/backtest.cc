// Translates flags into questions, sits the exam and prints the report. Flags are checked against the series
// before the first forecast, because an exam takes seconds to minutes.
#include "cli/backtest.h"

#include <algorithm>
#include <limits>

#include "cli/backtest_plot.h"
#include "cli/backtest_report.h"
#include "cli/input.h"
#include "forecasting/exam/season_choice.h"
#include "forecasting/exam/timed_candidate.h"
#include "forecasting/learner/learned_fan.h"

namespace aia {
namespace {

using namespace forecasting::exam;

Error invalid(const std::string& message) {
  return {ErrorKind::Invalid, message, {}};
}

/// The longest horizon that an engine forecasts: beyond its last knot a fan stays constant.
struct Furthest {
  int steps = std::numeric_limits<int>::max();  ///< named models: they have a knot at every lead time
  std::string words;                            ///< for errors

  Furthest(const EngineOptions& engine, Millis step) {
    if (engine.model != forecasting::Model::Auto) return;
    const int season = main_season(engine.seasons, step);
    steps = forecasting::LearnedFan::knots_of(season).back();
    words = format_duration(steps * step) + ", the longest that the engine of `run` forecasts for on steps of " +
            format_duration(step) +
            (season > 0 ? " with a season of " + format_duration(season * step) : " without a season");
  }
};

/// The durations of `asked` in steps, ascending and without repeats. If `asked` is empty: the usual durations that are
/// multiples of `step`.
Result<std::vector<int>> steps_of(const std::string& flag, const std::vector<Millis>& asked,
                                  const std::vector<int>& usual_minutes, Millis step) {
  std::vector<int> steps;
  for (const Millis duration : asked) {
    const auto whole = in_steps(flag, duration, step);
    if (!whole) return whole.error();
    steps.push_back(*whole);
  }
  for (const int minutes : usual_minutes) {
    const Millis usual = std::chrono::minutes(minutes);
    if (asked.empty() && usual % step == Millis(0)) steps.push_back(static_cast<int>(usual / step));
  }
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  return steps;
}

/// In steps; at least one. Errors: Invalid, naming the flag.
Result<std::vector<int>> leads_of(const BacktestOptions& options, const DemandSeries& series,
                                  const Furthest& furthest) {
  auto leads = steps_of("--lead-time", options.leads, {5, 10, 20, 60}, series.step);
  if (!leads) return leads.error();
  const auto too_far = std::upper_bound(leads->begin(), leads->end(), furthest.steps);
  const bool cut = options.leads.empty() && too_far != leads->end();
  if (cut) leads->erase(too_far, leads->end());
  if (leads->empty()) {
    return invalid("--lead-time: none of 5m, 10m, 20m and 60m is a multiple of the data's step of " +
                   format_duration(series.step) + (cut ? " and at most " + furthest.words : "") + "; give one that is");
  }
  const std::string longest = "--lead-time: " + format_duration(leads->back() * series.step);
  const auto judged = (series.values.size() + 1) / 2;
  if (static_cast<std::size_t>(leads->back()) >= judged) {
    return invalid(longest + " is not shorter than the half of " +
                   format_duration(static_cast<std::int64_t>(judged) * series.step) + " that is judged");
  }
  if (leads->back() > furthest.steps) {
    return invalid(longest + " is further ahead than " + furthest.words +
                   "; give at most that, or name a model (--model HoltWinters)");
  }
  return leads;
}

Result<Questions> questions_of(const BacktestOptions& options, const DemandSeries& series, const Furthest& furthest) {
  const auto leads = leads_of(options, series, furthest);
  if (!leads) return leads.error();
  const auto windows = steps_of("--window", options.windows, {0, 5, 15, 30}, series.step);
  if (!windows) return windows.error();
  return Questions{*leads, *windows};
}

}  // namespace

Status backtest(const BacktestOptions& options) {
  auto series = read_demand(options.demand);
  if (!series) return series.error();
  const std::size_t half = series->values.size() / 2;
  auto engine = engine_options(options.demand, *series, half);
  if (!engine) return engine.error();
  const auto questions = questions_of(options, *series, Furthest(*engine, series->step));
  if (!questions) return questions.error();
  engine->leads = questions->leads;

  Backtest report;
  report.input = input_name(options.demand.input);
  report.seasons = engine->seasons;
  ForecasterCandidate forecaster(*engine);
  TimedCandidate timed(forecaster, half);
  report.rolled = roll(*series, *questions, timed);
  report.cpu_s = timed.cpu_s();
  report.update_us_p50 = quantile_of(timed.took_us(), 0.5);
  report.update_us_p99 = quantile_of(timed.took_us(), 0.99);
  report.model = forecaster.summary().model;
  ExamOptions exam;
  const int season = main_season(engine->seasons, series->step);
  exam.season_steps = season > 0 ? season : day_steps(series->step);
  report.series = std::move(series).value();
  report.questions = *questions;
  report.leads = judge(report.series, report.questions, report.rolled, exam);
  if (!options.plot.empty()) {
    const auto written = write_output("--plot", options.plot, backtest_svg(report));
    if (!written) return written;
  }
  return print(options.json ? backtest_json(report) : backtest_table(report));
}

}  // namespace aia
