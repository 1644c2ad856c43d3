// The adapter from the exam's questions to the engine: names to models, options with the exam's levels and lead times
// as knots, refits when due.
#include "forecasting/exam/forecaster_candidate.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "forecasting/exam/season_choice.h"

namespace forecasting::exam {
namespace {

struct NamedModel {
  const char* name;
  Model model;
};
constexpr NamedModel kModels[]{{"auto", Model::Auto},
                               {"LastValue", Model::LastValue},
                               {"SeasonalNaive", Model::SeasonalNaive},
                               {"HoltWinters", Model::HoltWinters},
                               {"Ladder", Model::Ladder}};

EngineOptions judged_levels(EngineOptions options) {
  options.levels.assign(kLevels.begin(), kLevels.end());
  return options;
}

}  // namespace

const std::vector<std::string>& model_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& known : kModels) all.emplace_back(known.name);
    return all;
  }();
  return names;
}

std::optional<Model> model_named(const std::string& name) {
  const auto* const found =
      std::find_if(std::begin(kModels), std::end(kModels), [&](const NamedModel& known) { return name == known.name; });
  if (found == std::end(kModels)) return std::nullopt;
  return found->model;
}

Options forecaster_options(const EngineOptions& options) {
  Options made;
  made.step = options.step;
  made.season_steps = main_season(options.seasons, options.step);
  made.model = options.model;
  made.levels = options.levels;
  made.knots = options.leads;
  const bool p95 = std::find(made.levels.begin(), made.levels.end(), made.planning_level) != made.levels.end();
  if (!p95) made.planning_level = *std::max_element(made.levels.begin(), made.levels.end());
  return made;
}

void refit_when_due(Forecaster& forecaster) {
  if (forecaster.refit_due()) forecaster.adopt(forecaster.refit_job().run());
}

ForecasterCandidate::ForecasterCandidate(EngineOptions options)
    : step_(options.step), forecaster_(forecaster_options(judged_levels(options))) {
  forecaster_.set_planning_horizon(options.leads.front() * options.step);
}

void ForecasterCandidate::update(TimePoint at, double value) {
  now_ = at;
  forecaster_.update(at, value);
}

void ForecasterCandidate::forecast(const std::vector<int>& leads, Answer& answer) {
  fan_ = forecaster_.fan();
  answer.setConstant(static_cast<Eigen::Index>(leads.size()), kLevels.size(), std::numeric_limits<double>::quiet_NaN());
  if (fan_.empty()) return;
  for (std::size_t i = 0; i < leads.size(); ++i) {
    for (std::size_t q = 0; q < kLevels.size(); ++q) {
      answer(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(q)) =
          fan_.value(now_ + leads[i] * step_, kLevels[q]);
    }
  }
}

double ForecasterCandidate::window_max(int lead, int window, double level) {
  if (fan_.empty()) return std::numeric_limits<double>::quiet_NaN();
  return fan_.window_max(now_ + lead * step_, now_ + (lead + window) * step_, level);
}

}  // namespace forecasting::exam
