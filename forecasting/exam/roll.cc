// The rolling origin: feed a step, ask for all lead times, keep the answers about the second half. Background work runs
// after the answers of its step, so that no answer waits for trees.
#include "forecasting/exam/roll.h"

#include "forecasting/exam/missing.h"

namespace forecasting::exam {
namespace {

Rolled empty(std::size_t steps, const Questions& questions) {
  Rolled rolled;
  rolled.judged_from = steps / 2;
  const auto rows = static_cast<Eigen::Index>(steps - rolled.judged_from);
  const Rolled::Maxima no_maxima = Rolled::Maxima::Constant(rows, kWindowLevels.size(), kMissing);
  rolled.quantiles.assign(questions.leads.size(), Quantiles::Constant(rows, kLevels.size(), kMissing));
  rolled.maxima.assign(questions.leads.size(), std::vector<Rolled::Maxima>(questions.windows.size(), no_maxima));
  return rolled;
}

/// The maxima of all windows that begin `lead` steps after the newest step.
void ask_maxima(Candidate& candidate, int lead, const std::vector<int>& windows, Eigen::Index row,
                std::vector<Rolled::Maxima>& maxima) {
  for (std::size_t w = 0; w < windows.size(); ++w) {
    for (std::size_t q = 0; q < kWindowLevels.size(); ++q)
      maxima[w](row, static_cast<Eigen::Index>(q)) = candidate.window_max(lead, windows[w], kLevels[kWindowLevels[q]]);
  }
}

}  // namespace

Rolled roll(const aia::DemandSeries& series, const Questions& questions, Candidate& candidate) {
  const std::size_t steps = series.values.size();
  Rolled rolled = empty(steps, questions);
  Candidate::Answer answer;
  for (std::size_t origin = 0; origin < steps; ++origin) {
    candidate.update(series.at(origin), series.values[origin]);
    candidate.forecast(questions.leads, answer);
    for (std::size_t i = 0; i < questions.leads.size(); ++i) {
      const std::size_t target = origin + static_cast<std::size_t>(questions.leads[i]);
      if (target < rolled.judged_from || target >= steps) continue;
      const auto row = static_cast<Eigen::Index>(target - rolled.judged_from);
      rolled.quantiles[i].row(row) = answer.row(static_cast<Eigen::Index>(i));
      ask_maxima(candidate, questions.leads[i], questions.windows, row, rolled.maxima[i]);
    }
    candidate.work_in_background();
  }
  rolled.state_bytes = candidate.state_bytes();
  return rolled;
}

}  // namespace forecasting::exam
