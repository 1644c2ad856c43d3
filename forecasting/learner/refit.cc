// From an archive to examples to forests. Features are replayed over the archived values, so that a row is the same as
// at the time of its forecast, to the archive's precision. A stride keeps a refit within its budget.
#include "forecasting/learner/refit.h"

#include <algorithm>
#include <cmath>

#include "forecasting/learner/features.h"
#include "forecasting/learner/tree_fit.h"
#include "forecasting/values/pinball.h"

namespace forecasting {
namespace {

constexpr int kMostExamples = 5000;  // a horizon: keeps a refit within its budget

/// One forest for the levels up to the median, one for the levels above: each follows the gradient of its most telling
/// level. Beyond an hour half as many trees are enough for planning: no replica takes so long to start.
std::vector<ForestOptions> forests_for(const std::vector<double>& levels, std::size_t planning, bool within_an_hour) {
  const auto above = std::upper_bound(levels.begin(), levels.end(), kMedian);
  std::vector<ForestOptions> forests;
  if (above != levels.begin()) {
    ForestOptions lower;
    lower.levels.assign(levels.begin(), above);
    lower.level = lower.levels.back();
    lower.trees = 20;  // no replica is planned by these
    forests.push_back(std::move(lower));
  }
  if (above != levels.end()) {
    ForestOptions upper;
    upper.levels.assign(above, levels.end());
    upper.level = levels[planning] > kMedian ? levels[planning] : upper.levels.back();
    if (!within_an_hour) upper.trees /= 2;
    forests.push_back(std::move(upper));
  }
  return forests;
}

}  // namespace

Refit RefitJob::run() const {
  const int steps = archive.size();
  const int oldest_slot = ((newest_slot - steps + 1) % spans.day + spans.day) % spans.day;
  // Features of a day with hardly any history behind it are no examples of later features.
  const int first = steps > 3 * spans.day ? spans.day : spans.day / 2;
  const int stride = std::max(1, (steps + kMostExamples - 1) / kMostExamples);
  Features features(spans, knots.back(), oldest_slot);
  std::vector<Examples> examples(knots.size());
  bool seen = false;
  for (int i = 0; i < steps; ++i) {
    const int age = steps - 1 - i;
    const double value = archive.ago(age);
    seen = seen || !std::isnan(value);
    if (!seen) continue;
    features.update(std::isnan(value) ? features.latest() : value);
    if (i < first || std::isnan(value) || i % stride != 0) continue;
    for (std::size_t k = 0; k < knots.size() && knots[k] <= age; ++k) {
      const double then = archive.ago(age - knots[k]);
      if (std::isnan(then)) continue;
      examples[k].rows.push_back(features.row(knots[k], archive, age));
      examples[k].changes.push_back(static_cast<float>(then - value));
    }
  }
  Refit refit;
  for (std::size_t k = 0; k < knots.size(); ++k) {
    auto& forests =
        refit.emplace_back(grow_forests(examples[k], forests_for(levels, planning, knots[k] <= spans.hour)));
    const bool all = std::none_of(forests.begin(), forests.end(), [](const Forest& forest) { return forest.empty(); });
    if (!all) forests.clear();
  }
  return refit;
}

}  // namespace forecasting
