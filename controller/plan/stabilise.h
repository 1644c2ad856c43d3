// Calms a recommendation. A scale-in goes to the highest recommendation of the down window, a scale-out to the lowest
// of the up window, and small changes are dropped. The algorithm is the HorizontalPodAutoscaler's. Source:
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
#pragma once

#include <vector>

#include "controller/plan/plan.h"

namespace aia::plan {

struct Stabilised {
  int replicas = 0;
  bool by_window = false;     ///< earlier recommendations held back some or all of the change
  bool by_tolerance = false;  ///< the remaining change was too small a share of the current replicas
};

/// Windows and tolerances, with defaults filled in.
struct Calm {
  Millis up_window{0}, down_window{0};
  double up_tolerance = 0, down_tolerance = 0;
};
Calm calm_of(const api::AutoscalerSpec& spec, const Settings& settings);

/// From `current` towards `recommended`, as far as `history` and tolerance let it go. An empty history counts as
/// `current`.
Stabilised stabilise(int current, int recommended, const std::vector<PastRecommendation>& history, WallTime now,
                     const Calm& calm);

}  // namespace aia::plan
