// Writes a backtest as JSON with six significant digits, and as a table whose columns are padded by characters instead
// of bytes.
#include "cli/backtest_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/time.h"
#include "cli/demand_input.h"
#include "cli/json_figures.h"
#include "simulation/replay/figures.h"

namespace aia {
namespace {

using namespace forecasting::exam;
using Json = nlohmann::ordered_json;

Json ratio_json(const Ratio& ratio) {
  Json json;
  json["mae"] = measured(ratio.mae);
  for (std::size_t q = 0; q < kLevels.size(); ++q)
    json[std::string("pinball_") + kLevelNames[q]] = measured(ratio.pinball[q]);
  json["pinball_0.95_lower95"] = measured(ratio.p95.lower);
  json["pinball_0.95_upper95"] = measured(ratio.p95.upper);
  json["form"] = ratio.form == Form::Additive ? "additive" : "multiplicative";
  if (ratio.half_life_steps > 0) json["half_life_steps"] = measured(ratio.half_life_steps);
  return json;
}

Json coverage_json(const Coverage& coverage, const std::vector<int>& windows, Millis step) {
  Json json;
  for (std::size_t q = 0; q < kLevels.size(); ++q) json[kLevelNames[q]] = measured(coverage.mean[q].share());
  json["worst_hour_0.90"] = measured(coverage.worst_hour());
  json["ramp_decile_0.90"] = measured(coverage.ramp_decile.share());
  json["window_max"] = Json::array();
  for (std::size_t w = 0; w < windows.size(); ++w) {
    Json window{{"window_s", seconds(windows[w] * step)}};
    for (std::size_t q = 0; q < kWindowLevels.size(); ++q)
      window[kLevelNames[kWindowLevels[q]]] = measured(coverage.windows[w][q].share());
    json["window_max"].push_back(std::move(window));
  }
  return json;
}

Json lead_json(const LeadReport& lead, const Backtest& backtest) {
  Json json;
  json["lead_time_s"] = seconds(lead.lead * backtest.series.step);
  json["judged"] = lead.judged;
  json["unanswered"] = lead.unanswered;
  json["mase"] = measured(lead.mase);
  json["wape"] = measured(lead.wape);
  json["wql"] = measured(lead.wql);
  for (std::size_t q = 0; q < kLevels.size(); ++q) json["pinball"][kLevelNames[q]] = measured(lead.pinball[q]);
  json["coverage"] = coverage_json(lead.coverage, backtest.questions.windows, backtest.series.step);
  json["ratio_to_last_value"] = ratio_json(lead.last_value);
  json["ratio_to_ewma"] = ratio_json(lead.ewma);
  json["ratio_to_seasonal_naive"] = ratio_json(lead.seasonal_naive);
  return json;
}

/// Right-aligned in so many columns; a character may be several bytes.
std::string cell(const std::string& text, std::size_t width) {
  const auto begins = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
  const auto shown = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
  return std::string(width > shown ? width - shown : 0, ' ') + text;
}

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "–";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string share(double value) {
  return std::isfinite(value) ? fixed(100 * value, 1) + "%" : "–";
}

std::string head(const Backtest& backtest) {
  const auto& series = backtest.series;
  const auto judged = static_cast<std::int64_t>(series.values.size() - backtest.rolled.judged_from) * series.step;
  return backtest.input + ": " + std::to_string(series.values.size()) + " steps of " + format_duration(series.step) +
         ", the last " + simulation::span(judged) + " judged; seasons: " + season_words(backtest.seasons, series.step) +
         "; at the end " + backtest.model + " serves\n";
}

/// Two lines over the columns of row().
std::string heads() {
  return cell("median's error", 24) + cell("P95 loss ÷ that of the calibrated", 42) + cell("covered by", 33) +
         cell("P90 covered", 17) + "\n" + cell("lead time", 9) + cell("WAPE", 8) + cell("MASE", 7) +
         cell("last value (90% sure)", 24) + cell("EWMA", 8) + cell("seasonal", 10) + cell("P50", 9) + cell("P90", 8) +
         cell("P95", 8) + cell("P99", 8) + cell("worst h", 9) + cell("ramps", 8) + "\n";
}

std::string row(const LeadReport& lead, Millis step) {
  const auto& ratio = lead.last_value;
  const auto& coverage = lead.coverage;
  const std::string limits = "(" + fixed(ratio.p95.lower, 2) + "…" + fixed(ratio.p95.upper, 2) + ")";
  std::string text = cell(format_duration(lead.lead * step), 9) + cell(share(lead.wape), 8) +
                     cell(fixed(lead.mase, 2), 7) + cell(fixed(ratio.pinball[kP95], 3), 11) + cell(limits, 13) +
                     cell(fixed(lead.ewma.pinball[kP95], 3), 8) +
                     cell(fixed(lead.seasonal_naive.pinball[kP95], 3), 10) + " ";
  for (const Tally& tally : coverage.mean) text += cell(share(tally.share()), 8);
  return text + cell(share(coverage.worst_hour()), 9) + cell(share(coverage.ramp_decile.share()), 8) + "\n";
}

/// One row per lead time and window, where the engine forecasts maxima.
std::string window_rows(const Backtest& backtest) {
  std::string text;
  for (const LeadReport& lead : backtest.leads) {
    for (std::size_t w = 0; w < lead.coverage.windows.size(); ++w) {
      const auto& tallies = lead.coverage.windows[w];
      if (tallies.front().judged == 0) continue;
      const Millis step = backtest.series.step;
      text += cell(format_duration(lead.lead * step), 9) + "  to " +
              cell(format_duration((lead.lead + backtest.questions.windows[w]) * step), 8) +
              cell(share(tallies[0].share()), 10) + cell(share(tallies[1].share()), 8) + "\n";
    }
  }
  return text.empty() ? text : "\nThe maximum from one to the other was covered by its P90 and P95:\n" + text;
}

}  // namespace

std::string backtest_json(const Backtest& backtest) {
  const auto& series = backtest.series;
  Json json;
  json["input"] = backtest.input;
  json["step_s"] = seconds(series.step);
  json["steps"] = series.values.size();
  json["judged_steps"] = series.values.size() - backtest.rolled.judged_from;
  json["seasons_s"] = Json::array();
  for (const int season : backtest.seasons) json["seasons_s"].push_back(seconds(season * series.step));
  json["model"] = backtest.model;
  json["horizons"] = Json::array();
  for (const LeadReport& lead : backtest.leads) json["horizons"].push_back(lead_json(lead, backtest));
  json["update_us"] = {{"p50", measured(backtest.update_us_p50)}, {"p99", measured(backtest.update_us_p99)}};
  json["cpu_s"] = measured(backtest.cpu_s);
  json["state_bytes"] = backtest.rolled.state_bytes > 0 ? Json(backtest.rolled.state_bytes) : Json(nullptr);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string backtest_table(const Backtest& backtest) {
  std::string text = head(backtest) + "\n" + heads();
  for (const LeadReport& lead : backtest.leads) text += row(lead, backtest.series.step);
  text += window_rows(backtest);
  text += "\nA step took " + fixed(backtest.update_us_p50, 0) + " µs (p99 " + fixed(backtest.update_us_p99, 0) +
          "); the judged half " + fixed(backtest.cpu_s, 2) + " s of CPU";
  if (backtest.rolled.state_bytes > 0)
    text += "; kept: " + fixed(static_cast<double>(backtest.rolled.state_bytes) / 1024, 0) + " KB";
  return text +
         ".\nBelow 1: better than the baseline, whose quantiles are calibrated as well. docs/forecasting.md "
         "defines every figure.\n";
}

}  // namespace aia
