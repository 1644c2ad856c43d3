// Programs get times as the demand file writes them and values with six significant digits. People get dates as fine as
// the grid and three digits. A value that is not finite is null in JSON and empty in CSV.
#include "cli/forecast_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/decimal.h"
#include "cli/input.h"
#include "cli/json_figures.h"
#include "simulation/replay/figures.h"

namespace aia {
namespace {

using Json = nlohmann::ordered_json;

/// A time as the demand file writes times.
std::string time(const Said& said, int steps) {
  const WallTime at = said.at(steps);
  return said.series.dated ? format_rfc3339(at) : format_decimal(seconds(at.time_since_epoch()));
}

std::string json(const Said& said, const ForecastOptions& options) {
  Json json;
  json["input"] = input_name(options.demand.input);
  json["step_s"] = seconds(said.series.step);
  json["steps"] = said.series.values.size();
  json["seasons_s"] = Json::array();
  for (const int season : said.seasons) json["seasons_s"].push_back(seconds(season * said.series.step));
  json["model"] = said.summary.model;
  json["why"] = said.summary.why;
  json["calibrated"] = said.summary.eligible;
  json["forecast"] = Json::array();
  for (int step = 1; step <= options.horizon; ++step) {
    Json row;
    if (said.series.dated) {
      row["time"] = time(said, step);
    } else {
      row["t_s"] = seconds(said.at(step).time_since_epoch());
    }
    for (const double quantile : said.quantiles)
      row["quantiles"][format_decimal(quantile)] = measured(said.value(step, quantile));
    json["forecast"].push_back(std::move(row));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string csv(const Said& said, const ForecastOptions& options) {
  std::string text = said.series.dated ? "time" : "t_s";
  for (const double quantile : said.quantiles) text += "," + format_decimal(quantile);
  text += '\n';
  for (int step = 1; step <= options.horizon; ++step) {
    text += time(said, step);
    for (const double quantile : said.quantiles) {
      const double value = said.value(step, quantile);
      text += "," + (std::isfinite(value) ? format_measured(value) : std::string());
    }
    text += '\n';
  }
  return text;
}

/// Right-aligned, with at least one blank before the text.
std::string padded(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 1, ' ') + text;
}

/// As fine as the grid: with seconds or milliseconds, where minutes alone would look the same in several rows.
std::string moment(const Said& said, int steps) {
  using std::chrono::minutes;
  const Millis within =
      said.at(steps).time_since_epoch() - std::chrono::floor<minutes>(said.at(steps)).time_since_epoch();
  const Millis start = said.at(0).time_since_epoch(), step = said.series.step;
  std::string text = simulation::moment_of(said.at(steps));
  if (step % minutes(1) == Millis(0) && start % minutes(1) == Millis(0)) return text;
  const bool whole = step % std::chrono::seconds(1) == Millis(0) && start % std::chrono::seconds(1) == Millis(0);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), whole ? ":%02d" : ":%02d.%03d",
                static_cast<int>(within.count() / 1000), static_cast<int>(within.count() % 1000));
  return text + fraction.data();
}

std::string table(const Said& said, const ForecastOptions& options) {
  constexpr std::size_t kColumn = 12;
  const std::size_t time_width = std::max<std::size_t>(18, moment(said, options.horizon).size() + 2);
  std::string text = input_name(options.demand.input) + ": " + std::to_string(said.series.values.size()) +
                     " steps of " + format_duration(said.series.step) + " to " + moment(said, 0) +
                     "; seasons: " + season_words(said.seasons, said.series.step) + "\nModel " + said.summary.model +
                     ". " + said.summary.why + "\n";
  if (!said.summary.eligible) text += "The widths are not calibrated yet: too little was seen.\n";
  text += "\n" + padded("time", time_width);
  for (const double quantile : said.quantiles) text += padded("P" + format_measured(quantile * 100), kColumn);
  text += '\n';
  for (int step = 1; step <= options.horizon; ++step) {
    text += padded(moment(said, step), time_width);
    for (const double quantile : said.quantiles) text += padded(format_figure(said.value(step, quantile)), kColumn);
    text += '\n';
  }
  return text;
}

}  // namespace

std::string forecast_text(const Said& said, const ForecastOptions& options) {
  switch (options.format) {
    case ForecastFormat::Json: return json(said, options);
    case ForecastFormat::Csv: return csv(said, options);
    case ForecastFormat::Table: break;
  }
  return table(said, options);
}

}  // namespace aia
