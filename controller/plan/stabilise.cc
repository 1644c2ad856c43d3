// Clamps the current replicas to the windows' recommendations first, and applies the tolerance to the remaining change.
// Rounding allows for tolerances that doubles do not hold exactly.
#include "controller/plan/stabilise.h"

#include <algorithm>
#include <cmath>

namespace aia::plan {
namespace {

constexpr double kScaleInTolerance = 0.1;  // as in the HorizontalPodAutoscaler
constexpr double kPercentRounding = 1e-9;  // 29 % of 100 is 29, not 28.999…

}  // namespace

Calm calm_of(const api::AutoscalerSpec& spec, const Settings& settings) {
  return {spec.scale_up.stabilization_window.value_or(Millis{0}),
          spec.scale_down.stabilization_window.value_or(settings.scale_down_stabilization),
          spec.scale_up.tolerance.value_or(0), spec.scale_down.tolerance.value_or(kScaleInTolerance)};
}

Stabilised stabilise(int current, int recommended, const std::vector<PastRecommendation>& history, WallTime now,
                     const Calm& calm) {
  int lowest = recommended, highest = recommended;
  for (const PastRecommendation& past : history) {
    if (past.at > now - calm.up_window) lowest = std::min(lowest, past.replicas);
    if (past.at > now - calm.down_window) highest = std::max(highest, past.replicas);
  }
  if (history.empty() && calm.up_window > Millis{0}) lowest = std::min(lowest, current);
  if (history.empty() && calm.down_window > Millis{0}) highest = std::max(highest, current);

  Stabilised out;
  out.replicas = std::clamp(current, lowest, highest);
  out.by_window = out.replicas != recommended;
  const double change = out.replicas - current;
  const double tolerated = current * (change > 0 ? calm.up_tolerance : calm.down_tolerance) + kPercentRounding;
  if (change != 0 && std::abs(change) <= tolerated) {
    out.replicas = current;
    out.by_tolerance = true;
  }
  return out;
}

}  // namespace aia::plan
