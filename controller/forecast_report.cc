// The three formats; see forecast_report.h.
#include "controller/forecast_report.h"

#include <cmath>

#include "controller/api/decimal.h"
#include "controller/input.h"
#include "controller/json_figures.h"
#include "simulation/replay/figures.h"

namespace aia {
namespace {

using Json = nlohmann::ordered_json;

/// Times as the file has them.
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
      row["quantiles"][format_decimal(quantile)] = measured(said.fan.value(said.at(step), quantile));
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
      const double value = said.fan.value(said.at(step), quantile);
      text += "," + (std::isfinite(value) ? format_measured(value) : std::string());
    }
    text += '\n';
  }
  return text;
}

std::string padded(const std::string& text, std::size_t width) {
  return (text.size() < width ? std::string(width - text.size(), ' ') : "") + text;
}

std::string table(const Said& said, const ForecastOptions& options) {
  constexpr std::size_t kTime = 18, kColumn = 12;
  std::string text = input_name(options.demand.input) + ": " + std::to_string(said.series.values.size()) +
                     " steps of " + format_duration(said.series.step) + " to " + simulation::moment_of(said.at(0)) +
                     "; seasons: " + season_words(said.seasons, said.series.step) + "\nModel " + said.summary.model +
                     ". " + said.summary.why + "\n";
  if (!said.summary.eligible) text += "The widths are not calibrated yet: too little was seen.\n";
  text += "\n" + padded("time", kTime);
  for (const double quantile : said.quantiles) text += padded("P" + format_measured(quantile * 100), kColumn);
  text += '\n';
  for (int step = 1; step <= options.horizon; ++step) {
    text += padded(simulation::moment_of(said.at(step)), kTime);
    for (const double quantile : said.quantiles)
      text += padded(format_figure(said.fan.value(said.at(step), quantile)), kColumn);
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
