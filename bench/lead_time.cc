// The exam at the lead time over whole folders: geometric means of the ratios to the calibrated baselines per horizon,
// the worst series, coverage pooled over a group, and the CPU of the judged half. `lead_time [--format table|json]
// [--half first|second] [--minutes 7,30] [FOLDER or FILE ...]`; without files the web and LLM groups of shared/data.
// `--half first` sits the exam on the first half alone: choose models by this half only.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "bench/file.h"
#include "bench/lead_time_report.h"
#include "forecasting/exam/forecaster_candidate.h"
#include "forecasting/exam/season_choice.h"
#include "forecasting/exam/timed_candidate.h"

namespace {

using namespace forecasting::exam;
using forecasting::Duration;
using forecasting::bench::Sat;
namespace fs = std::filesystem;

struct Group {
  std::string name;
  std::vector<fs::path> files;
  std::vector<int> minutes;
};

struct Arguments {
  bool json = false;
  bool first_half = false;
  std::vector<int> minutes{5, 10, 20, 60};
  std::vector<fs::path> paths;
};

constexpr const char* kUsage =
    "usage: lead_time [--format table|json] [--half first|second] [--minutes M,…] [FOLDER or FILE ...]";

/// "7,30": whole minutes ≥ 1, ascending; empty: they are not.
std::vector<int> minutes_in(const std::string& text) {
  std::vector<int> minutes;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    int minute = 0;
    const char* end = word.data() + word.size();
    const auto read = std::from_chars(word.data(), end, minute);
    const bool good = read.ec == std::errc{} && read.ptr == end && minute > (minutes.empty() ? 0 : minutes.back());
    if (!good) return {};
    minutes.push_back(minute);
  }
  return minutes;
}

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
    } else if (words[i] == "--minutes" && !minutes_in(value).empty()) {
      given.minutes = minutes_in(value);
      ++i;
    } else if (words[i].starts_with("-")) {
      return std::nullopt;
    } else {
      given.paths.emplace_back(words[i]);
    }
  }
  return given;
}

/// Traces from public sources, which the project does not commit.
fs::path data_folder() {
  return fs::path(AIA_SOURCE_DIR) / "../shared/data";
}

std::vector<Group> groups(const Arguments& given) {
  const fs::path data = data_folder();
  Group web{"web", {}, given.minutes}, llm{"llm", {}, given.minutes};
  for (int i = 0; i < 10; ++i) web.files.push_back(data / "crane" / ("crane_input" + std::to_string(i) + "_1min.csv"));
  for (const char* name :
       {"m-small_total_nan", "m-large_total", "m-large_top1", "m-large_top2", "m-small_top1", "m-small_top2"})
    llm.files.push_back(data / "servegen" / ("servegen_language_" + std::string(name) + ".csv"));
  if (given.paths.empty()) return {web, llm};
  Group files{"files", {}, given.minutes};
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

void add_where_on_grid(int minutes, Duration step, std::vector<int>& on_grid, std::vector<int>& steps) {
  const Duration asked = std::chrono::minutes(minutes);
  if (asked % step != Duration{0}) return;
  on_grid.push_back(minutes);
  steps.push_back(static_cast<int>(asked / step));
}

std::nullopt_t refused(const fs::path& path, const std::string& why) {
  std::fprintf(stderr, "lead_time: %s: %s\n", path.c_str(), why.c_str());
  return std::nullopt;
}

/// The exam of a file at the horizons that its grid has.
std::optional<Sat> sit(const fs::path& path, const std::vector<int>& minutes, bool first_half) {
  const auto text = forecasting::bench::contents(path);
  if (!text) return refused(path, "cannot be read");
  auto read = aia::read_demand_file(*text);
  if (!read) return refused(path, read.error().message);
  aia::DemandSeries& series = *read;
  if (first_half) series.values.resize(series.values.size() / 2);
  Sat sat;
  Questions questions;
  for (const int minute : minutes) add_where_on_grid(minute, series.step, sat.minutes, questions.leads);
  for (const int minute : {0, 5, 15, 30}) add_where_on_grid(minute, series.step, sat.window_minutes, questions.windows);
  if (questions.leads.empty()) return refused(path, "none of the horizons is a multiple of its step");
  const std::size_t half = series.values.size() / 2;
  while (!questions.leads.empty() && static_cast<std::size_t>(questions.leads.back()) >= half)
    questions.leads.pop_back(), sat.minutes.pop_back();
  if (questions.leads.empty()) return refused(path, "none of the horizons is shorter than the half that is judged");
  const auto missing = [](double value) { return std::isnan(value); };
  if (std::all_of(series.values.begin(), series.values.end(), missing)) return refused(path, "every value is missing");
  EngineOptions engine;
  engine.step = series.step;
  engine.seasons = seasons_of(series, half);
  engine.leads = questions.leads;
  ForecasterCandidate forecaster(engine);
  aia::TimedCandidate timed(forecaster, half);
  const Rolled rolled = roll(series, questions, timed);
  sat.cpu_s = timed.cpu_s();
  sat.name = path.stem();
  sat.took_us = timed.took_us();
  sat.state_bytes = rolled.state_bytes;
  ExamOptions options;
  options.season_steps = day_steps(series.step);
  sat.leads = judge(series, questions, rolled, options);
  std::fprintf(stderr, "  %s: %.1f s CPU in the judged half\n", sat.name.c_str(), sat.cpu_s);
  return sat;
}

}  // namespace

int main(int argc, char** argv) {
  const auto given = arguments({argv + 1, argv + argc});
  if (!given) {
    std::fprintf(stderr, "%s\n", kUsage);
    return 1;
  }
  if (given->paths.empty() && !fs::exists(data_folder())) {
    std::fprintf(stderr, "lead_time: %s is absent; name files or folders\n", data_folder().c_str());
    return 0;  // `./dev bench` goes on
  }
  nlohmann::ordered_json report{{"half", given->first_half ? "first" : "second"},
                                {"groups", nlohmann::ordered_json::array()}};
  bool complete = true;
  for (const Group& group : groups(*given)) {
    std::vector<Sat> series;
    if (group.files.empty()) {
      std::fprintf(stderr, "lead_time: %s: holds no .csv file\n", group.name.c_str());
      complete = false;
    }
    for (const auto& file : group.files) {
      auto sat = sit(file, group.minutes, given->first_half);
      complete = complete && sat;
      if (sat) series.push_back(std::move(*sat));
    }
    report["groups"].push_back(forecasting::bench::group_json(group.name, group.minutes, series));
    if (!given->json) std::fputs(forecasting::bench::group_table(report["groups"].back()).c_str(), stdout);
  }
  if (given->json) std::printf("%s\n", report.dump(1).c_str());
  return complete ? 0 : 1;
}
