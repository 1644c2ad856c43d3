// The exam at the lead time over whole folders: geometric means of the ratios to the calibrated baselines per horizon,
// the worst series, coverage pooled over a group, and the CPU of the judged half.
// `lead_time [--format table|json] [--half first|second] [FOLDER or FILE ...]`; without files the web and LLM groups of
// shared/data. `--half first` sits the exam on the first half alone: what may be looked at while choosing.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "controller/timed_candidate.h"
#include "forecasting/exam/forecaster_candidate.h"
#include "forecasting/exam/protocol.h"
#include "forecasting/exam/seasons.h"

namespace {

using namespace forecasting::exam;
using forecasting::Duration;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

struct Group {
  std::string name;
  std::vector<fs::path> files;
  std::vector<int> minutes;
};

struct Sat {
  std::string name;
  std::vector<LeadReport> leads;
  std::vector<double> took_us;
  double cpu_s = 0;
  std::size_t state_bytes = 0;
};

struct Arguments {
  bool json = false;
  bool first_half = false;
  std::vector<fs::path> paths;
};

constexpr const char* kUsage = "usage: lead_time [--format table|json] [--half first|second] [FOLDER or FILE ...]";

std::optional<Arguments> arguments(const std::vector<std::string>& words) {
  Arguments given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string value = i + 1 < words.size() ? words[i + 1] : "";
    if (words[i] == "--format" && (value == "table" || value == "json")) {
      given.json = value == "json";
      ++i;
    } else if (words[i] == "--half" && (value == "first" || value == "second")) {
      given.first_half = value == "first";
      ++i;
    } else if (words[i].starts_with("-")) {
      return std::nullopt;
    } else {
      given.paths.emplace_back(words[i]);
    }
  }
  return given;
}

std::vector<Group> groups(const Arguments& given) {
  const fs::path data = fs::path(AIA_SOURCE_DIR) / "../shared/data";
  Group web{"web", {}, {5, 10, 20, 60}}, llm{"llm", {}, {10, 20, 60}};
  for (int i = 0; i < 10; ++i) web.files.push_back(data / "crane" / ("crane_input" + std::to_string(i) + "_1min.csv"));
  for (const char* name :
       {"m-small_total_nan", "m-large_total", "m-large_top1", "m-large_top2", "m-small_top1", "m-small_top2"})
    llm.files.push_back(data / "servegen" / ("servegen_language_" + std::string(name) + ".csv"));
  if (given.paths.empty()) return {web, llm};
  Group files{"files", {}, {5, 10, 20, 60}};
  std::vector<Group> all;
  for (const auto& path : given.paths) {
    if (!fs::is_directory(path)) {
      files.files.push_back(path);
      continue;
    }
    Group folder{path.filename().empty() ? path.parent_path().filename() : path.filename(), {}, files.minutes};
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.path().extension() == ".csv") folder.files.push_back(entry.path());
    std::sort(folder.files.begin(), folder.files.end());
    all.push_back(folder);
  }
  if (!files.files.empty()) all.push_back(files);
  return all;
}

/// The exam of one file at those horizons that its grid has.
std::optional<Sat> sit(const fs::path& path, const std::vector<int>& minutes, bool first_half) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  CsvResult read = read_csv(text);
  if (!file.is_open() || !read.ok()) {
    std::fprintf(stderr, "lead_time: %s: %s\n", path.c_str(), file.is_open() ? read.error.c_str() : "cannot be read");
    return std::nullopt;
  }
  Series& series = read.series;
  if (first_half) series.values.resize(series.values.size() / 2);
  Questions questions;
  for (const int minute : minutes) {
    const Duration lead = std::chrono::minutes(minute);
    if (lead % series.step == Duration{0}) questions.leads.push_back(static_cast<int>(lead / series.step));
  }
  if (questions.leads.empty()) return std::nullopt;
  for (const int minute : {0, 5, 15, 30}) {
    const Duration window = std::chrono::minutes(minute);
    if (window % series.step == Duration{0}) questions.windows.push_back(static_cast<int>(window / series.step));
  }
  const std::size_t half = series.values.size() / 2;
  EngineOptions engine;
  engine.step = series.step;
  engine.seasons = seasons_of(series, half);
  engine.leads = questions.leads;
  ForecasterCandidate forecaster(engine);
  aia::TimedCandidate timed(forecaster, half);
  const Rolled rolled = roll(series, questions, timed);
  Sat sat;
  sat.cpu_s = timed.cpu_s();
  sat.name = path.stem();
  sat.took_us = timed.took_us();
  sat.state_bytes = rolled.state_bytes;
  ExamOptions options;
  options.season_steps = day_steps(series.step);
  sat.leads = judge(series, questions, rolled, options);
  for (LeadReport& report : sat.leads)
    report.lead = static_cast<int>(report.lead * series.step / std::chrono::minutes(1));  // minutes from here on
  std::fprintf(stderr, "  %s: %.1f s CPU in the judged half\n", sat.name.c_str(), sat.cpu_s);
  return sat;
}

Json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", value);
  return std::strtod(text, nullptr);
}

const LeadReport* at(const Sat& sat, int minutes) {
  for (const LeadReport& report : sat.leads)
    if (report.lead == minutes) return &report;
  return nullptr;
}

/// Geometric mean of what `of` makes of the reports; NaN of none.
template <class Of>
double geometric(const std::vector<const LeadReport*>& reports, Of of) {
  double log_sum = 0;
  long count = 0;
  for (const LeadReport* report : reports) {
    const double ratio = of(*report);
    if (std::isnan(ratio)) continue;
    log_sum += std::log(ratio);
    ++count;
  }
  return count > 0 ? std::exp(log_sum / static_cast<double>(count)) : std::nan("");
}

Json ratios(const std::vector<const LeadReport*>& reports, Ratio LeadReport::*baseline) {
  Json json;
  json["mae"] = number(geometric(reports, [&](const LeadReport& r) { return (r.*baseline).mae; }));
  for (std::size_t q = 0; q < kLevels.size(); ++q) {
    json[std::string("pinball_") + kLevelNames[q]] =
        number(geometric(reports, [&](const LeadReport& r) { return (r.*baseline).pinball[q]; }));
  }
  return json;
}

Json coverage(const std::vector<const LeadReport*>& reports) {
  Coverage pooled;
  for (const LeadReport* report : reports) pooled.add(report->coverage);
  Json json;
  for (std::size_t q = 0; q < kLevels.size(); ++q) json[kLevelNames[q]] = number(pooled.mean[q].share());
  double worst = std::nan("");
  for (const LeadReport* report : reports) {
    const double share = report->coverage.mean[kP95].share();
    if (std::isnan(worst) || std::abs(share - kLevels[kP95]) > std::abs(worst - kLevels[kP95])) worst = share;
  }
  json["worst_series_0.95"] = number(worst);
  json["worst_hour_0.90"] = number(pooled.worst_hour());
  json["ramp_decile_0.90"] = number(pooled.ramp_decile.share());
  json["window_max_0.90"] = Json::array();
  for (const auto& window : pooled.windows) json["window_max_0.90"].push_back(number(window.front().share()));
  return json;
}

Json horizon(const std::vector<Sat>& series, int minutes) {
  std::vector<const LeadReport*> reports;
  const Sat* worst = nullptr;
  for (const Sat& sat : series) {
    const LeadReport* report = at(sat, minutes);
    if (report == nullptr) continue;
    reports.push_back(report);
    const bool first = worst == nullptr;
    if (first || report->last_value.pinball[kP95] > at(*worst, minutes)->last_value.pinball[kP95]) worst = &sat;
  }
  if (worst == nullptr) return nullptr;
  Json json;
  json["lead_time_s"] = minutes * 60;
  json["series"] = reports.size();
  json["ratio_to_last_value"] = ratios(reports, &LeadReport::last_value);
  json["ratio_to_ewma"] = ratios(reports, &LeadReport::ewma);
  json["ratio_to_seasonal_naive"] = ratios(reports, &LeadReport::seasonal_naive);
  json["mase"] = number(geometric(reports, [](const LeadReport& r) { return r.mase; }));
  json["wql"] = number(geometric(reports, [](const LeadReport& r) { return r.wql; }));
  const Ratio& ratio = at(*worst, minutes)->last_value;
  json["worst"] = {{"series", worst->name},
                   {"pinball_0.95", number(ratio.pinball[kP95])},
                   {"pinball_0.95_lower95", number(ratio.p95.lower)}};
  json["coverage"] = coverage(reports);
  return json;
}

Json one(const Sat& sat) {
  Json json{{"name", sat.name}, {"cpu_s", number(sat.cpu_s)}, {"horizons", Json::array()}};
  for (const LeadReport& report : sat.leads) {
    Json lead;
    lead["lead_time_s"] = report.lead * 60;
    for (std::size_t q = 0; q < kLevels.size(); ++q) lead["pinball"][kLevelNames[q]] = number(report.pinball[q]);
    lead["ratio_to_last_value"] = ratios({&report}, &LeadReport::last_value);
    lead["ratio_to_last_value"]["pinball_0.95_lower95"] = number(report.last_value.p95.lower);
    lead["ratio_to_last_value"]["pinball_0.95_upper95"] = number(report.last_value.p95.upper);
    lead["coverage_0.95"] = number(report.coverage.mean[kP95].share());
    lead["unanswered"] = report.unanswered;
    json["horizons"].push_back(std::move(lead));
  }
  return json;
}

Json group_json(const Group& group, const std::vector<Sat>& series) {
  Json json{{"name", group.name}, {"horizons", Json::array()}};
  for (const int minutes : group.minutes) {
    auto at_lead = horizon(series, minutes);
    if (!at_lead.is_null()) json["horizons"].push_back(std::move(at_lead));
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

/// "0.553", "–" for what there is not.
std::string shown(const Json& value) {
  if (!value.is_number()) return "    –";
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value.get<double>());
  return text;
}

void print(const Json& group) {
  std::printf("%s: %zu series, %.1f s CPU in the judged half, update p50 %s us, p99 %s us\n",
              group["name"].get<std::string>().c_str(), group["series"].size(), group["cpu_s"].get<double>(),
              shown(group["update_us"]["p50"]).c_str(), shown(group["update_us"]["p99"]).c_str());
  std::printf(
      "  lead   P95 ÷ calibrated  EWMA  seasonal   MAE ÷   covered at       worst   ramp   worst series (lower "
      "limit)\n");
  std::printf("         last value               naive     last    .90    .95      hour    decile\n");
  for (const Json& h : group["horizons"]) {
    const Json& c = h["coverage"];
    std::printf(
        "  %3d min     %s         %s   %s   %s   %s  %s   %s   %s   %s (%s) %s\n", h["lead_time_s"].get<int>() / 60,
        shown(h["ratio_to_last_value"]["pinball_0.95"]).c_str(), shown(h["ratio_to_ewma"]["pinball_0.95"]).c_str(),
        shown(h["ratio_to_seasonal_naive"]["pinball_0.95"]).c_str(), shown(h["ratio_to_last_value"]["mae"]).c_str(),
        shown(c["0.9"]).c_str(), shown(c["0.95"]).c_str(), shown(c["worst_hour_0.90"]).c_str(),
        shown(c["ramp_decile_0.90"]).c_str(), shown(h["worst"]["pinball_0.95"]).c_str(),
        shown(h["worst"]["pinball_0.95_lower95"]).c_str(), h["worst"]["series"].get<std::string>().c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto given = arguments({argv + 1, argv + argc});
  if (!given) {
    std::fprintf(stderr, "%s\n", kUsage);
    return 1;
  }
  Json report{{"half", given->first_half ? "first" : "second"}, {"groups", Json::array()}};
  bool complete = true;
  for (const Group& group : groups(*given)) {
    std::vector<Sat> series;
    for (const auto& file : group.files) {
      auto sat = sit(file, group.minutes, given->first_half);
      complete = complete && sat;
      if (sat) series.push_back(std::move(*sat));
    }
    report["groups"].push_back(group_json(group, series));
    if (!given->json) print(report["groups"].back());
  }
  if (given->json) std::printf("%s\n", report.dump(1).c_str());
  return complete ? 0 : 1;
}
