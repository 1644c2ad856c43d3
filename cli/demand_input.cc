// Checks the flags against the series: a season or a duration must be a multiple of the file's step. Errors name the
// flag and suggest a value that fits.
#include "cli/demand_input.h"

#include <algorithm>
#include <cmath>

#include "cli/input.h"
#include "forecasting/exam/season_choice.h"

namespace aia {

using forecasting::exam::EngineOptions;

namespace {

constexpr Millis kLongestSeason = std::chrono::hours(744);  // a month, as in the AIAutoscaler's CRD

Error invalid(const std::string& message) {
  return {ErrorKind::Invalid, message, {}};
}

/// A season's steps: two or more, and no more than the data has. Errors: Invalid, naming the flag.
Result<int> season_steps(Millis season, const DemandSeries& series) {
  const std::string asked = "--seasons: " + format_duration(season);
  if (season > kLongestSeason)
    return invalid(asked + " is too long; at most " + format_duration(kLongestSeason) + " can be given");
  const auto steps = in_steps("--seasons", season, series.step);
  if (!steps) return steps;
  if (*steps < 2) return invalid(asked + " is a single step of the data");
  if (static_cast<std::size_t>(*steps) <= series.values.size()) return steps;
  return invalid(asked + " is " + std::to_string(*steps) + " steps of " + format_duration(series.step) +
                 ", and the data has " + std::to_string(series.values.size()) +
                 "; give a season that it holds twice or more, or more data");
}

}  // namespace

Result<DemandSeries> read_demand(const DemandOptions& options) {
  const auto text = read_input("--input", options.input);
  if (!text) return text.error();
  const auto step = options.step > Millis(0) ? std::optional(options.step) : std::nullopt;
  auto series = read_demand_file(*text, step);
  const auto where = "--input: " + input_name(options.input);
  if (!series) return series.error().in(where);
  const auto& values = series->values;
  if (std::all_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }))
    return Error{ErrorKind::Invalid, where + ": every value is missing", {}};
  return series;
}

Result<EngineOptions> engine_options(const DemandOptions& options, const DemandSeries& series, std::size_t known) {
  EngineOptions engine;
  engine.step = series.step;
  const auto model = forecasting::exam::model_named(options.model);
  if (!model) return Error{ErrorKind::Invalid, "--model: " + options.model + " is not known", {}};
  engine.model = *model;
  if (options.seasons.empty()) engine.seasons = forecasting::exam::seasons_of(series, known);
  for (const Millis season : options.seasons) {
    const auto steps = season_steps(season, series);
    if (!steps) return steps.error();
    engine.seasons.push_back(*steps);
  }
  std::sort(engine.seasons.begin(), engine.seasons.end());
  return engine;
}

std::string season_words(const std::vector<int>& seasons, Millis step) {
  std::string words;
  for (const int season : seasons) words += (words.empty() ? "" : ", ") + format_duration(season * step);
  return words.empty() ? "none" : words;
}

Result<int> in_steps(const std::string& flag, Millis duration, Millis step) {
  const std::int64_t steps = duration / step;
  const std::string asked = flag + ": " + format_duration(duration) + " is ";
  if (duration % step != Millis(0)) {
    const auto near = std::max<std::int64_t>(1, steps + (duration % step * 2 >= step ? 1 : 0)) * step;
    return invalid(asked + "not a multiple of the data's step of " + format_duration(step) + "; " +
                   format_duration(near) + " is");
  }
  if (steps <= kMaxDemandSteps) return static_cast<int>(steps);
  return invalid(asked + std::to_string(steps) + " steps of " + format_duration(step) + "; at most " +
                 std::to_string(kMaxDemandSteps) + " can be looked at: give less, or a longer --step");
}

}  // namespace aia
