// Calming a recommendation: it must have stood for a while (longest-recent-max on the way down, lowest on the way up),
// and a small change is not worth making. The algorithm is the HorizontalPodAutoscaler's. Source:
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
#pragma once

#include <vector>

#include "controller/plan/plan.h"

namespace aia::plan {

struct Stabilised {
  int replicas = 0;
  bool by_window = false;     ///< an earlier recommendation held the change back, in whole or in part
  bool by_tolerance = false;  ///< the rest was too small a share of the current replicas
};

/// Windows and tolerances with their defaults in place.
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
