// Lists such as "5m,10m" are split here, so that each part is checked as a duration. Errors name the flag.
#include "cli/exam_flags.h"

#include <map>
#include <sstream>

#include "base/decimal.h"
#include "cli/duration_flag.h"
#include "forecasting/classic/fitted_model.h"

namespace aia {
namespace {

/// "5m,10m" into durations of at least `least`.
std::vector<Millis> durations(const std::string& flag, const std::string& text, Millis least) {
  std::vector<Millis> list;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    const auto duration = parse_flag_duration(part);
    if (!duration) throw CLI::ValidationError(flag, duration.error().message);
    if (*duration < least) throw CLI::ValidationError(flag, "must be at least " + format_duration(least));
    list.push_back(*duration);
  }
  if (list.empty()) throw CLI::ValidationError(flag, "is empty; write durations such as 5m,10m");
  return list;
}

CLI::Option* add_durations(CLI::App& app, const std::string& flag, std::vector<Millis>& list, const std::string& help,
                           Millis least) {
  const auto set = [&list, flag, least](const std::string& text) { list = durations(flag, text, least); };
  return app.add_option_function<std::string>(flag, set, help)->type_name("DURATION,...");
}

void set_seasons(DemandOptions& options, const std::string& text) {
  options.seasons.clear();
  if (text != "auto") options.seasons = durations("--seasons", text, Millis(1));
}

void add_demand_flags(CLI::App& app, DemandOptions& options, const std::vector<std::string>& models) {
  app.add_option("--input", options.input,
                 "demand: CSV of time,value lines; time in seconds or RFC 3339, value empty if missing; - is standard "
                 "input")
      ->type_name("FILE")
      ->required();
  add_duration(app, "--step", options.step, "step of the data's grid; default: the most common distance between lines",
               Millis(1))
      ->default_str("auto");
  app.add_option_function<std::string>(
         "--seasons", [&options](const std::string& text) { set_seasons(options, text); },
         "lengths of the seasons, e.g. 24h,168h; auto: seasons that the data shows")
      ->type_name("DURATION,...")
      ->default_str("auto");
  app.add_option("--model", options.model, "model that forecasts; auto: the combination that `run` uses")
      ->check(CLI::IsMember(models));
}

void set_quantiles(std::vector<double>& quantiles, const std::string& text) {
  quantiles.clear();
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    const auto quantile = parse_decimal(part);
    if (!quantile || *quantile <= 0 || *quantile >= 1)
      throw CLI::ValidationError("--quantiles", "\"" + part + "\" is not a number between 0 and 1");
    quantiles.push_back(*quantile);
  }
  if (quantiles.empty()) throw CLI::ValidationError("--quantiles", "is empty; write 0.5,0.95");
}

}  // namespace

void add_forecast_flags(CLI::App& app, ForecastOptions& options) {
  auto models = forecasting::exam::model_names();
  const auto& fitted = forecasting::fitted_model_names();  // not in a backtest: these are fitted only once, to all data
  models.insert(models.end(), fitted.begin(), fitted.end());
  add_demand_flags(app, options.demand, models);
  app.add_option("--horizon", options.horizon, "number of steps ahead to forecast")
      ->check(CLI::Range(1, ForecastOptions::kLongest));
  app.add_option_function<std::string>(
         "--quantiles", [&options](const std::string& text) { set_quantiles(options.quantiles, text); },
         "quantiles to forecast, at most " + std::to_string(ForecastOptions::kMostQuantiles))
      ->type_name("NUMBER,...")
      ->default_str("0.5,0.9,0.95");
  static const std::map<std::string, ForecastFormat> kFormats{
      {"table", ForecastFormat::Table}, {"csv", ForecastFormat::Csv}, {"json", ForecastFormat::Json}};
  app.add_option_function<std::string>(
         "--format", [&options](const std::string& format) { options.format = kFormats.at(format); },
         "output (docs/forecasting.md)")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->default_str("table");
}

void add_backtest_flags(CLI::App& app, BacktestOptions& options) {
  add_demand_flags(app, options.demand, forecasting::exam::model_names());
  add_durations(app, "--lead-time", options.leads,
                "lead times to judge; default: those of 5m,10m,20m,60m that lie on the grid", Millis(1));
  add_durations(app, "--window", options.windows,
                "lengths of windows after the lead time in which the maximum is judged, too; default: those of "
                "0s,5m,15m,30m that lie on the grid",
                Millis(0));
  app.add_option("--plot", options.plot, "draw the end of the judged half into this SVG file")->type_name("FILE");
  app.add_option_function<std::string>(
         "--format", [&options](const std::string& format) { options.json = format == "json"; },
         "output: a table, or JSON (docs/forecasting.md)")
      ->check(CLI::IsMember({"table", "json"}))
      ->default_str("table");
}

}  // namespace aia
