// Measures when forecasting the heaviest parts of a series by themselves pays (forecasting/engine/decomposed.h): the
// exam with parts and without, side by side. `decomposition [--half first|second] [--heaviest N] [WHOLE.csv PART.csv
// ...]`; without files the two ServeGen models of shared/data. The heaviest parts are chosen on the half that is not
// judged.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "bench/file.h"
#include "forecasting/engine/decomposed.h"
#include "forecasting/exam/forecaster_candidate.h"
#include "forecasting/exam/protocol.h"
#include "forecasting/exam/roll.h"
#include "forecasting/exam/season_choice.h"

namespace {

using namespace forecasting::exam;
using forecasting::Decomposed;
using forecasting::Duration;
using forecasting::TimePoint;
namespace fs = std::filesystem;

constexpr const char* kUsage = "usage: decomposition [--half first|second] [--heaviest N] [WHOLE.csv PART.csv ...]";
constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

struct Model {
  fs::path whole;
  std::vector<fs::path> parts;
};

/// Time and value; ServeGen's files of clients say more.
std::optional<aia::DemandSeries> read(const fs::path& path) {
  const auto whole = forecasting::bench::contents(path);
  std::istringstream file(whole.value_or(""));
  std::string text, line;
  while (std::getline(file, line)) {
    const std::size_t comma = line.find(','), second = line.find(',', comma + 1);
    text.append(line, 0, comma == std::string::npos ? comma : second).push_back('\n');
  }
  const auto series = aia::read_demand_file(text);
  if (series) return *series;
  std::fprintf(stderr, "decomposition: %s: %s\n", path.c_str(),
               !whole ? "cannot be read" : series.error().message.c_str());
  return std::nullopt;
}

/// The part's values on the grid of `whole`; steps that the part's file lacks are 0.
std::vector<double> on_grid_of(const aia::DemandSeries& whole, const aia::DemandSeries& part) {
  std::vector<double> values(whole.values.size(), 0);
  for (std::size_t i = 0; i < part.values.size(); ++i) {
    const auto at = (part.at(i) - whole.start) / whole.step;
    if (at >= 0 && static_cast<std::size_t>(at) < values.size()) values[static_cast<std::size_t>(at)] = part.values[i];
  }
  return values;
}

double sum_to(const std::vector<double>& values, std::size_t end) {
  double sum = 0;
  for (std::size_t i = 0; i < end; ++i) sum += std::isnan(values[i]) ? 0 : values[i];
  return sum;
}

class WithParts final : public Candidate {
 public:
  WithParts(const EngineOptions& options, const std::vector<std::vector<double>>& parts)
      : step_(options.step), parts_(parts), decomposed_(made(options), parts.size()), now_parts_(parts.size()) {
    decomposed_.set_planning_horizon(options.leads.front() * options.step);
  }

  void update(TimePoint at, double value) override {
    for (std::size_t part = 0; part < parts_.size(); ++part) now_parts_[part] = parts_[part][next_];
    ++next_;
    now_ = at;
    decomposed_.update(at, value, now_parts_);
  }

  void forecast(const std::vector<int>& leads, Answer& answer) override {
    answer.setConstant(static_cast<Eigen::Index>(leads.size()), kLevels.size(), kGap);
    const forecasting::Fan fan = decomposed_.whole().fan();
    if (fan.empty()) return;
    for (std::size_t i = 0; i < leads.size(); ++i) {
      for (std::size_t q = 0; q < kLevels.size(); ++q) {
        answer(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(q)) =
            fan.value(now_ + leads[i] * step_, kLevels[q]);
      }
    }
  }

  void work_in_background() override {
    if (decomposed_.refit_due()) decomposed_.adopt(decomposed_.refit_jobs().run());
  }

  [[nodiscard]] forecasting::Summary summary() const { return decomposed_.whole().summary(); }

 private:
  static forecasting::Options made(EngineOptions options) {
    options.levels.assign(kLevels.begin(), kLevels.end());
    return forecaster_options(options);
  }

  Duration step_;
  const std::vector<std::vector<double>>& parts_;
  Decomposed decomposed_;
  std::vector<double> now_parts_;
  std::size_t next_ = 0;
  TimePoint now_{};
};

/// The heaviest `most` of them up to step `end`, heaviest first.
std::vector<std::vector<double>> heaviest(std::vector<std::vector<double>> parts, std::size_t most, std::size_t end) {
  std::stable_sort(parts.begin(), parts.end(),
                   [&](const auto& a, const auto& b) { return sum_to(a, end) > sum_to(b, end); });
  if (parts.size() > most) parts.resize(most);
  return parts;
}

bool compare(const Model& model, std::size_t most, bool first_half) {
  auto whole = read(model.whole);
  if (!whole) return false;
  std::vector<std::vector<double>> parts;
  for (const auto& path : model.parts) {
    const auto part = read(path);
    if (!part) return false;
    parts.push_back(on_grid_of(*whole, *part));
  }
  if (first_half) whole->values.resize(whole->values.size() / 2);
  const std::size_t half = whole->values.size() / 2;
  parts = heaviest(std::move(parts), most, half);
  double share = 0;
  for (const auto& part : parts) share += sum_to(part, half) / sum_to(whole->values, half);
  Questions questions;
  for (const int minutes : {10, 20, 60}) {
    if (std::chrono::minutes(minutes) % whole->step == Duration{0})
      questions.leads.push_back(static_cast<int>(std::chrono::minutes(minutes) / whole->step));
  }
  EngineOptions engine;
  engine.step = whole->step;
  engine.seasons = seasons_of(*whole, half);
  engine.leads = questions.leads;
  ExamOptions options;
  options.season_steps = day_steps(whole->step);
  const std::vector<std::vector<double>> none;
  WithParts alone(engine, none), together(engine, parts);
  const auto without = judge(*whole, questions, roll(*whole, questions, alone), options);
  const auto with = judge(*whole, questions, roll(*whole, questions, together), options);
  std::printf("%s: the %zu heaviest of %zu parts hold %.0f %%\n", model.whole.stem().c_str(), parts.size(),
              model.parts.size(), 100 * share);
  for (std::size_t i = 0; i < with.size(); ++i) {
    const double before = without[i].last_value.pinball[kP95], after = with[i].last_value.pinball[kP95];
    std::printf("  %3ld min  P95 ÷ last value's: whole %.3f, with its parts %.3f (%+.1f %%); P50 %.3f, %.3f\n",
                static_cast<long>(std::chrono::duration_cast<std::chrono::minutes>(with[i].lead * whole->step).count()),
                before, after, 100 * (after / before - 1), without[i].last_value.pinball[kMedian],
                with[i].last_value.pinball[kMedian]);
  }
  std::printf("  %s\n", together.summary().why.c_str());
  return true;
}

std::vector<Model> known_models() {
  const fs::path data = fs::path(AIA_SOURCE_DIR) / "../shared/data/servegen";
  if (!fs::exists(data)) return {};
  Model small{data / "servegen_language_m-small_total_nan.csv", {}};
  for (const auto& entry : fs::directory_iterator(data / "m-small-clients")) small.parts.push_back(entry.path());
  std::sort(small.parts.begin(), small.parts.end());
  return {small,
          {data / "servegen_language_m-large_total.csv",
           {data / "servegen_language_m-large_top1.csv", data / "servegen_language_m-large_top2.csv"}}};
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  std::size_t most = 3;
  bool first_half = false;
  Model given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string value = i + 1 < words.size() ? words[i + 1] : "";
    const bool digit = value.size() == 1 && value.front() >= '1' && value.front() <= '9';
    if (words[i] == "--half" && (value == "first" || value == "second")) {
      first_half = value == "first";
      ++i;
    } else if (words[i] == "--heaviest" && digit) {
      most = static_cast<std::size_t>(value.front() - '0');
      ++i;
    } else if (words[i].starts_with("-")) {
      std::fprintf(stderr, "%s\n", kUsage);
      return 1;
    } else if (given.whole.empty()) {
      given.whole = words[i];
    } else {
      given.parts.emplace_back(words[i]);
    }
  }
  const auto models = given.whole.empty() ? known_models() : std::vector{given};
  if (models.empty()) std::fprintf(stderr, "decomposition: shared/data is absent; name a whole and its parts\n");
  bool complete = true;
  for (const Model& model : models) complete = compare(model, most, first_half) && complete;
  return complete ? 0 : 1;
}
