// The project's forecaster in the exam, and at the command line. Only this file and its .cc know the engine here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "forecasting/engine/forecaster.h"
#include "forecasting/exam/candidate.h"

namespace forecasting::exam {

/// Names for --model, "auto" first.
const std::vector<std::string>& model_names();

/// Unset for another name than those.
std::optional<Model> model_named(const std::string& name);

struct EngineOptions {
  Duration step{std::chrono::seconds(60)};
  std::vector<int> seasons;  ///< in steps, ascending; the engine takes the main season (season_choice.h)
  std::vector<int> leads;    ///< in steps: the first is the planning horizon; knots of the named models
  std::vector<double> levels;
  Model model = Model::Auto;
};

/// The engine's options for the exam's options.
Options forecaster_options(const EngineOptions& options);

/// Runs and adopts a refit if a refit is due.
void refit_when_due(Forecaster& forecaster);

class ForecasterCandidate final : public Candidate {
 public:
  /// Levels are the exam's, whatever `options` says.
  explicit ForecasterCandidate(EngineOptions options);

  void update(TimePoint at, double value) override;
  void forecast(const std::vector<int>& leads, Answer& answer) override;
  [[nodiscard]] double window_max(int lead, int window, double level) override;
  void work_in_background() override { refit_when_due(forecaster_); }
  [[nodiscard]] std::size_t state_bytes() const override { return forecaster_.state_bytes(); }

  [[nodiscard]] Summary summary() const { return forecaster_.summary(); }

 private:
  Duration step_;
  Forecaster forecaster_;
  Fan fan_;  ///< of now_
  TimePoint now_{};
};

}  // namespace forecasting::exam
