// The M4 competition on hourly series (48 steps, seasons of 24 and 168): the batch forecast's OWA and time. `m4
// [--train FILE] [--test FILE] [--skip N] [--only IDS] [--format table|json]`: without --train the file of shared/data;
// without --test its last 48 values are held out. --skip (not with --test) leaves out the last N values of train first;
// use this while choosing (48, 96, …). --only: ids, comma-separated.
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "bench/file.h"
#include "forecasting/batch/forecast.h"
#include "forecasting/exam/m4_measures.h"
#include "forecasting/exam/m4_questions.h"

namespace {

using namespace forecasting;

// From a public source, which the project does not commit.
constexpr const char* kShared = AIA_SOURCE_DIR "/../shared/data/m4/Hourly-train.csv";
constexpr const char* kUsage =
    "usage: m4 [--train FILE] [--test FILE] [--skip N] [--only ID,ID...] [--format table|json]";

using Arguments = std::map<std::string, std::string>;

std::optional<Arguments> arguments(const std::vector<std::string>& words) {
  Arguments given{{"--train", kShared}, {"--test", ""}, {"--skip", "0"}, {"--only", ""}, {"--format", "table"}};
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (!given.contains(words[i]) || i + 1 == words.size()) return std::nullopt;
    given[words[i]] = words[i + 1];
  }
  const bool known_format = given["--format"] == "table" || given["--format"] == "json";
  const bool number = !given["--skip"].empty() && given["--skip"].find_first_not_of("0123456789") == std::string::npos;
  if (!known_format || !number || given["--skip"].size() > 6) return std::nullopt;
  return given;
}

exam::M4File read(const std::string& path) {
  const auto text = bench::contents(path);
  auto file = text ? exam::read_m4(*text) : exam::M4File{{}, "cannot be read"};
  if (!file.ok()) file.error = path + ": " + file.error;
  return file;
}

/// The questions, or the reason why there are none.
exam::M4Questions questions(const Arguments& given) {
  const exam::M4File train = read(given.at("--train"));
  if (!train.ok()) return {{}, "--train: " + train.error};
  const bool tested = !given.at("--test").empty();
  const exam::M4File test = tested ? read(given.at("--test")) : exam::M4File{};
  if (!test.ok()) return {{}, "--test: " + test.error};
  std::set<std::string> only;
  std::istringstream ids(given.at("--only"));
  for (std::string id; std::getline(ids, id, ',');) only.insert(id);
  return exam::m4_questions(train, tested ? &test : nullptr, std::stoul(given.at("--skip")), only);
}

}  // namespace

int main(int argc, char** argv) {
  const auto given = arguments({argv + 1, argv + argc});
  if (!given) {
    std::fprintf(stderr, "%s\n", kUsage);
    return 2;
  }
  if (given->at("--train") == kShared && !std::filesystem::exists(kShared)) {
    std::fprintf(stderr, "m4: %s is absent; name a --train file\n", kShared);
    return 0;  // `./dev bench` goes on
  }
  const auto [asked, error] = questions(*given);
  if (!error.empty()) {
    std::fprintf(stderr, "m4: %s\n", error.c_str());
    return 1;
  }
  exam::M4Exam exam(exam::kM4Day);
  std::clock_t ticks = 0;
  for (const auto& [id, train, truth] : asked) {
    const std::clock_t begun = std::clock();
    const auto forecast = batch::forecast(train, {.horizon = static_cast<int>(truth.size())});
    ticks += std::clock() - begun;
    if (!forecast.ok()) {
      std::fprintf(stderr, "m4: %s: %s\n", id.c_str(), forecast.error.c_str());
      return 1;
    }
    const auto quantile = [&](std::size_t step, double level) { return forecast.quantile(step, level); };
    exam.judge(train, truth, {forecast.point, quantile});
  }
  const exam::M4Result result = exam.result();
  const double ms = 1e3 * static_cast<double>(ticks) / CLOCKS_PER_SEC / result.series;
  const nlohmann::ordered_json report{
      {"owa", result.owa},       {"smape", result.smape},
      {"mase", result.mase},     {"wql", result.wql},
      {"msis", result.msis},     {"ms_per_series", ms},
      {"series", result.series}, {"naive2", {{"smape", result.naive2_smape}, {"mase", result.naive2_mase}}}};
  if (given->at("--format") == "json") {
    std::printf("%s\n", report.dump(1).c_str());
    return 0;
  }
  std::printf("%d series: OWA %.4f, sMAPE %.2f, MASE %.3f, WQL %.4f, MSIS %.2f; %.3f ms CPU a series\n", result.series,
              result.owa, result.smape, result.mase, result.wql, result.msis, ms);
}
