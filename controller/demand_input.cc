// Reading and checking; see demand_input.h.
#include "controller/demand_input.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "controller/input.h"
#include "forecasting/exam/seasons.h"

namespace aia {

using forecasting::exam::EngineOptions;
using forecasting::exam::Series;

Result<Series> read_demand(const DemandOptions& options) {
  const auto text = read_input("--input", options.input);
  if (!text) return text.error();
  const auto step = options.step > Millis(0) ? std::optional(options.step) : std::nullopt;
  auto read = forecasting::exam::read_csv(*text, step);
  const auto where = "--input: " + input_name(options.input);
  if (!read.ok()) return Error{ErrorKind::Invalid, where + ": " + read.error, {}};
  const auto& values = read.series.values;
  if (std::all_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }))
    return Error{ErrorKind::Invalid, where + ": every value is missing", {}};
  return std::move(read.series);
}

Result<EngineOptions> engine_options(const DemandOptions& options, const Series& series, std::size_t known) {
  EngineOptions engine;
  engine.step = series.step;
  const auto model = forecasting::exam::model_named(options.model);
  if (!model) return Error{ErrorKind::Invalid, "--model: " + options.model + " is not known", {}};
  engine.model = *model;
  if (options.seasons.empty()) engine.seasons = forecasting::exam::seasons_of(series, known);
  for (const Millis season : options.seasons) {
    const auto steps = in_steps("--seasons", season, series.step);
    if (!steps) return steps.error();
    if (*steps < 2)
      return Error{ErrorKind::Invalid, "--seasons: " + format_duration(season) + " is a single step of the data", {}};
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
  const auto steps = duration / step;
  const bool whole = duration % step == Millis(0);
  if (whole && steps < std::numeric_limits<int>::max()) return static_cast<int>(steps);
  const auto near = std::max<std::int64_t>(1, (duration + step / 2) / step) * step;
  return Error{ErrorKind::Invalid,
               flag + ": " + format_duration(duration) + " is not a multiple of the data's step of " +
                   format_duration(step) + "; " + format_duration(near) + " is",
               {}};
}

}  // namespace aia
