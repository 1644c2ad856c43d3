// Quantiles are areas painted over each other from the highest down, so that neighbouring bands leave no seam. Colours
// are Okabe and Ito's blue in steps of lightness: the order reads without colour, too.
#include "cli/backtest_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/time.h"
#include "simulation/replay/columns.h"
#include "simulation/replay/figures.h"
#include "simulation/replay/html.h"

namespace aia {
namespace {

using namespace forecasting::exam;
using simulation::coordinate;

constexpr double kWidth = 1200, kLeft = 72, kRight = 24, kHead = 74, kPanel = 250, kGap = 62;
constexpr std::size_t kMostPoints = 3000;
constexpr std::size_t kMostDays = 7;
constexpr std::array<const char*, 4> kFills{"#ffffff", "#8cc3e6", "#b9dcf1", "#dceefa"};  // under P50, P90, P95, P99

constexpr const char* kStyle =
    "text{font:13px system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#5b6670}"
    ".title{font-size:19px;font-weight:600;fill:#1c2126}.panel{font-size:15px;font-weight:600;fill:#1c2126}"
    ".grid{stroke:#1c2126;stroke-opacity:.11;fill:none}.came{stroke:#1c2126;stroke-width:1.1;fill:none;"
    "stroke-linejoin:round}.median{stroke:#0068a8;stroke-width:1.1;fill:none;stroke-linejoin:round}"
    ".missed{stroke:#c2185b;stroke-width:2;fill:none}.y{text-anchor:end}.x{text-anchor:middle}";

/// The steps that a panel shows, and their coordinates in the picture.
struct Frame {
  std::size_t from = 0, to = 0;  ///< steps
  double top = 1;                ///< of the value axis
  double y0 = 0;                 ///< upper edge of the panel

  [[nodiscard]] std::string x(std::size_t step) const {
    const double share =
        static_cast<double>(step - from) / static_cast<double>(std::max<std::size_t>(1, to - from - 1));
    return coordinate(kLeft + share * (kWidth - kLeft - kRight));
  }
  [[nodiscard]] std::string y(double value) const { return coordinate(y0 + kPanel * (1 - std::min(value / top, 1.0))); }
};

/// The first drawn step: whole days up to the end, as many as stay legible.
std::size_t drawn_from(const Backtest& backtest) {
  const auto day = static_cast<std::size_t>(day_steps(backtest.series.step));
  const std::size_t days = std::clamp<std::size_t>(kMostPoints / day, 1, kMostDays);
  const std::size_t steps = backtest.series.values.size();
  return std::max(backtest.rolled.judged_from, steps - std::min(steps, days * day));
}

double quantile(const Backtest& backtest, std::size_t lead, std::size_t step, std::size_t level) {
  return backtest.rolled.quantiles[lead](static_cast<Eigen::Index>(step - backtest.rolled.judged_from),
                                         static_cast<Eigen::Index>(level));
}

/// A line through all steps with a value; as an area, down to zero.
template <class Value>
std::string path(const Frame& frame, Value value, bool area) {
  std::string text;
  for (std::size_t step = frame.from; step < frame.to; ++step) {
    if (!std::isfinite(value(step))) continue;
    std::size_t end = step;
    if (area) text += "M" + frame.x(step) + " " + frame.y(0);
    for (; end < frame.to && std::isfinite(value(end)); ++end)
      text += (end > step || area ? "L" : "M") + frame.x(end) + " " + frame.y(value(end));
    if (area) text += "L" + frame.x(end - 1) + " " + frame.y(0) + "Z";
    step = end;
  }
  return text;
}

std::string drawn(const std::string& css, const std::string& d, const std::string& fill = {}) {
  if (d.empty()) return {};
  return "<path " + (fill.empty() ? "class=\"" + css + "\"" : "fill=\"" + fill + "\"") + " d=\"" + d + "\"/>\n";
}

/// Where measured demand lies above its P95: a stroke from the P95 to the demand.
std::string missed(const Backtest& backtest, std::size_t lead, const Frame& frame) {
  std::string text;
  for (std::size_t step = frame.from; step < frame.to; ++step) {
    const double came = backtest.series.values[step], p95 = quantile(backtest, lead, step, kP95);
    if (came > p95) text += "M" + frame.x(step) + " " + frame.y(p95) + "V" + frame.y(came);
  }
  return text;
}

/// The axis ends above all measured demand and all P95s; a P99 beyond the axis is cut.
double top_of(const Backtest& backtest, std::size_t lead, std::size_t from) {
  double top = 0;
  for (std::size_t step = from; step < backtest.series.values.size(); ++step) {
    for (const double value : {backtest.series.values[step], quantile(backtest, lead, step, kP95)})
      if (std::isfinite(value)) top = std::max(top, value);
  }
  return top > 0 ? simulation::round_up(top) : 1;
}

Millis spacing(Millis span) {
  for (const int hours : {1, 3, 6, 12, 24}) {
    if (span / std::chrono::hours(hours) <= 10) return std::chrono::hours(hours);
  }
  return std::chrono::hours(24) * (1 + span / std::chrono::hours(240));
}

std::string grid(const Backtest& backtest, const Frame& frame) {
  std::string text;
  constexpr int kParts = 4;
  const std::string right = coordinate(kWidth - kRight), below = coordinate(frame.y0 + kPanel + 20);
  for (int i = 0; i <= kParts; ++i) {
    const std::string y = frame.y(frame.top * i / kParts);
    text += "<path class=\"grid\" d=\"M" + coordinate(kLeft) + " " + y + "H" + right + "\"/><text class=\"y\" x=\"" +
            coordinate(kLeft - 8) + "\" y=\"" + y + "\" dy=\".35em\">" + simulation::figure(frame.top * i / kParts) +
            "</text>\n";
  }
  const auto& series = backtest.series;
  const Millis every = spacing(static_cast<std::int64_t>(frame.to - frame.from) * series.step);
  for (std::size_t step = frame.from; step < frame.to; ++step) {
    const WallTime at = series.at(step);
    if (at.time_since_epoch() % every != Millis(0)) continue;
    const bool midnight = at.time_since_epoch() % std::chrono::hours(24) == Millis(0);
    const std::string x = frame.x(step);
    text += "<path class=\"grid\" d=\"M" + x + " " + frame.y(0) + "V" + coordinate(frame.y0) +
            "\"/><text class=\"x\" x=\"" + x + "\" y=\"" + below + "\">" +
            (midnight ? simulation::day_of(at) : simulation::clock_of(at)) + "</text>\n";
  }
  return text;
}

std::string figures(const LeadReport& lead) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), "P95 loss %.2f of the calibrated last value’s, covered %.1f %%",
                lead.last_value.pinball[kP95], 100 * lead.coverage.mean[kP95].share());
  return std::isfinite(lead.last_value.pinball[kP95]) ? text.data() : "";
}

std::string panel(const Backtest& backtest, std::size_t lead, double y0) {
  const auto& values = backtest.series.values;
  Frame frame{drawn_from(backtest), values.size(), 1, y0};
  frame.top = top_of(backtest, lead, frame.from);
  std::string text = "<text class=\"panel\" x=\"" + coordinate(kLeft) + "\" y=\"" + coordinate(y0 - 12) + "\">" +
                     format_duration(backtest.leads[lead].lead * backtest.series.step) +
                     " ahead</text><text class=\"y\" x=\"" + coordinate(kWidth - kRight) + "\" y=\"" +
                     coordinate(y0 - 12) + "\">" + figures(backtest.leads[lead]) + "</text>\n";
  for (std::size_t level = kLevels.size(); level-- > 0;) {
    const auto value = [&](std::size_t step) { return quantile(backtest, lead, step, level); };
    text += drawn("", path(frame, value, true), kFills[level]);
  }
  text += grid(backtest, frame);
  text += drawn("median", path(
                              frame, [&](std::size_t step) { return quantile(backtest, lead, step, kMedian); }, false));
  text += drawn("came", path(
                            frame, [&](std::size_t step) { return values[step]; }, false));
  return text + drawn("missed", missed(backtest, lead, frame));
}

std::string legend() {
  struct Key {
    std::string mark, label;
    double width;
  };
  const auto box = [](const char* fill) { return std::string("<path fill=\"") + fill + "\" d=\"M0-10h22v12h-22z\"/>"; };
  const auto line = [](const char* css) { return std::string("<path class=\"") + css + "\" d=\"M0-4h22\"/>"; };
  const std::array<Key, 6> keys{{{line("came"), "what came", 110},
                                 {line("median"), "forecast: median", 155},
                                 {box(kFills[kP90]), "median to P90", 130},
                                 {box(kFills[kP95]), "up to P95", 105},
                                 {box(kFills[kP99]), "up to P99", 105},
                                 {line("missed"), "above P95", 100}}};
  std::string text;
  double x = kLeft;
  for (const Key& key : keys) {
    text += "<g transform=\"translate(" + coordinate(x) + " 54)\">" + key.mark + "<text x=\"28\">" + key.label +
            "</text></g>\n";
    x += key.width;
  }
  return text;
}

}  // namespace

std::string backtest_svg(const Backtest& backtest) {
  const auto panels = static_cast<double>(backtest.leads.size());
  const std::string height = coordinate(kHead + panels * (kPanel + kGap));
  std::string text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(kWidth) + " " + height +
                     "\" width=\"" + coordinate(kWidth) + "\" height=\"" + height + "\"><style>" + kStyle +
                     "</style><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text class=\"title\" x=\"" +
                     coordinate(kLeft) + "\" y=\"28\">" + simulation::escaped(backtest.input) +
                     ": forecast beforehand, and what came</text>\n" + legend();
  for (std::size_t lead = 0; lead < backtest.leads.size(); ++lead)
    text += panel(backtest, lead, kHead + 30 + static_cast<double>(lead) * (kPanel + kGap));
  return text + "</svg>\n";
}

}  // namespace aia
