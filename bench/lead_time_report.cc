// Ratios are averaged as geometric means over series, coverage is pooled by adding counts, and the coverage of the
// worst series stands beside. Absent figures are null in JSON and a dash in the table.
#include "bench/lead_time_report.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "forecasting/exam/timed_candidate.h"

namespace forecasting::bench {
namespace {

using namespace exam;
using Json = nlohmann::ordered_json;

/// A series at one horizon.
struct Cell {
  const Sat* sat;
  const LeadReport* report;
};

/// Five digits; null for a value that is not finite.
Json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", value);
  return std::strtod(text, nullptr);
}

/// Geometric mean of `of` over the reports, NaN left out; NaN when nothing is left.
template <class Of>
double geometric(const std::vector<Cell>& cells, Of of) {
  double log_sum = 0;
  long count = 0;
  for (const Cell& cell : cells) {
    const double ratio = of(*cell.report);
    if (std::isnan(ratio)) continue;
    log_sum += std::log(ratio);
    ++count;
  }
  return count > 0 ? std::exp(log_sum / static_cast<double>(count)) : std::nan("");
}

Json ratios(const std::vector<Cell>& cells, Ratio LeadReport::*baseline) {
  Json json;
  json["mae"] = number(geometric(cells, [&](const LeadReport& r) { return (r.*baseline).mae; }));
  for (std::size_t q = 0; q < kLevels.size(); ++q) {
    json[std::string("pinball_") + kLevelNames[q]] =
        number(geometric(cells, [&](const LeadReport& r) { return (r.*baseline).pinball[q]; }));
  }
  return json;
}

/// Pooled over the series, and the series whose P95 is farthest off.
Json coverage(const std::vector<Cell>& cells) {
  Coverage pooled;
  std::map<int, std::array<Tally, kWindowLevels.size()>> windows;  // by minutes: grids differ
  double worst = std::nan("");
  for (const auto& [sat, report] : cells) {
    pooled.add(report->coverage);
    for (std::size_t w = 0; w < sat->window_minutes.size(); ++w) {
      for (std::size_t q = 0; q < kWindowLevels.size(); ++q)
        windows[sat->window_minutes[w]][q].add(report->coverage.windows[w][q]);
    }
    const double share = report->coverage.mean[kP95].share();
    if (std::isnan(worst) || std::abs(share - kLevels[kP95]) > std::abs(worst - kLevels[kP95])) worst = share;
  }
  Json json;
  for (std::size_t q = 0; q < kLevels.size(); ++q) json[kLevelNames[q]] = number(pooled.mean[q].share());
  json["worst_series_0.95"] = number(worst);
  json["worst_hour_0.90"] = number(pooled.worst_hour());
  json["ramp_decile_0.90"] = number(pooled.ramp_decile.share());
  json["window_max"] = Json::array();
  for (const auto& [minutes, tallies] : windows) {
    json["window_max"].push_back({{"window_s", minutes * 60},
                                  {kLevelNames[kP90], number(tallies[0].share())},
                                  {kLevelNames[kP95], number(tallies[1].share())}});
  }
  return json;
}

std::vector<Cell> cells_at(const std::vector<Sat>& series, int minutes) {
  std::vector<Cell> cells;
  for (const Sat& sat : series) {
    for (std::size_t i = 0; i < sat.leads.size(); ++i)
      if (sat.minutes[i] == minutes) cells.push_back({&sat, &sat.leads[i]});
  }
  return cells;
}

Json horizon(const std::vector<Cell>& cells, int minutes) {
  Json json;
  json["lead_time_s"] = minutes * 60;
  json["series"] = cells.size();
  json["ratio_to_last_value"] = ratios(cells, &LeadReport::last_value);
  json["ratio_to_ewma"] = ratios(cells, &LeadReport::ewma);
  json["ratio_to_seasonal_naive"] = ratios(cells, &LeadReport::seasonal_naive);
  json["mase"] = number(geometric(cells, [](const LeadReport& r) { return r.mase; }));
  json["wape"] = number(geometric(cells, [](const LeadReport& r) { return r.wape; }));
  json["wql"] = number(geometric(cells, [](const LeadReport& r) { return r.wql; }));
  const auto loss = [](const Cell& cell) { return cell.report->last_value.pinball[kP95]; };
  const auto& worst =
      *std::max_element(cells.begin(), cells.end(), [&](const Cell& a, const Cell& b) { return loss(a) < loss(b); });
  json["worst"] = {{"series", worst.sat->name},
                   {"pinball_0.95", number(loss(worst))},
                   {"pinball_0.95_lower95", number(worst.report->last_value.p95.lower)}};
  json["coverage"] = coverage(cells);
  return json;
}

Json one(const Sat& sat) {
  Json json{{"name", sat.name}, {"cpu_s", number(sat.cpu_s)}, {"horizons", Json::array()}};
  for (std::size_t i = 0; i < sat.leads.size(); ++i) {
    const LeadReport& report = sat.leads[i];
    Json lead{{"lead_time_s", sat.minutes[i] * 60}, {"unanswered", report.unanswered}};
    for (std::size_t q = 0; q < kLevels.size(); ++q) lead["pinball"][kLevelNames[q]] = number(report.pinball[q]);
    lead["ratio_to_last_value"] = ratios({{&sat, &report}}, &LeadReport::last_value);
    lead["ratio_to_last_value"]["pinball_0.95_lower95"] = number(report.last_value.p95.lower);
    lead["ratio_to_last_value"]["pinball_0.95_upper95"] = number(report.last_value.p95.upper);
    lead["coverage"] = coverage({{&sat, &report}});
    json["horizons"].push_back(std::move(lead));
  }
  return json;
}

std::string line(const char* format, ...) __attribute__((format(printf, 1, 2)));
std::string line(const char* format, ...) {
  char text[256];
  va_list values;
  va_start(values, format);
  std::vsnprintf(text, sizeof text, format, values);
  va_end(values);
  return text;
}

/// "0.553", or a dash for an absent figure.
std::string shown(const Json& value) {
  return value.is_number() ? line("%.3f", value.get<double>()) : "-";
}

}  // namespace

Json group_json(const std::string& name, const std::vector<int>& minutes, const std::vector<Sat>& series) {
  Json json{{"name", name}, {"horizons", Json::array()}};
  for (const int ahead : minutes) {
    const auto cells = cells_at(series, ahead);
    if (!cells.empty()) json["horizons"].push_back(horizon(cells, ahead));
  }
  std::vector<double> took;
  double cpu_s = 0;
  std::size_t bytes = 0;
  for (const Sat& sat : series) {
    took.insert(took.end(), sat.took_us.begin(), sat.took_us.end());
    cpu_s += sat.cpu_s;
    bytes = std::max(bytes, sat.state_bytes);
  }
  json["cpu_s"] = number(cpu_s);
  json["update_us"] = {{"p50", number(aia::quantile_of(took, 0.5))}, {"p99", number(aia::quantile_of(took, 0.99))}};
  json["state_bytes"] = bytes > 0 ? Json(bytes) : Json(nullptr);
  json["series"] = Json::array();
  for (const Sat& sat : series) json["series"].push_back(one(sat));
  return json;
}

std::string group_table(const Json& group) {
  std::string text =
      line("%s: %zu series, %.2f s CPU in the judged half, a step p50 %s us, p99 %s us, state %s bytes\n",
           group["name"].get<std::string>().c_str(), group["series"].size(), group["cpu_s"].get<double>(),
           shown(group["update_us"]["p50"]).c_str(), shown(group["update_us"]["p99"]).c_str(),
           group["state_bytes"].dump().c_str());
  text +=
      "          P95 loss / calibrated   MAE /   covered by      worst   P90: worst          worst P95 loss\n"
      "   lead   last   EWMA  seasonal    last     P90    P95   series   hour   ramps   (lower limit), series\n";
  for (const Json& h : group["horizons"]) {
    const Json& c = h["coverage"];
    const auto p95 = [&](const char* baseline) { return shown(h[baseline]["pinball_0.95"]); };
    text += line("%3d min  %5s  %5s  %8s   %5s   %5s  %5s   %6s  %5s   %5s   %s (%s) %s\n",
                 h["lead_time_s"].get<int>() / 60, p95("ratio_to_last_value").c_str(), p95("ratio_to_ewma").c_str(),
                 p95("ratio_to_seasonal_naive").c_str(), shown(h["ratio_to_last_value"]["mae"]).c_str(),
                 shown(c["0.9"]).c_str(), shown(c["0.95"]).c_str(), shown(c["worst_series_0.95"]).c_str(),
                 shown(c["worst_hour_0.90"]).c_str(), shown(c["ramp_decile_0.90"]).c_str(), p95("worst").c_str(),
                 shown(h["worst"]["pinball_0.95_lower95"]).c_str(), h["worst"]["series"].get<std::string>().c_str());
  }
  return text;
}

}  // namespace forecasting::bench
