// A HorizontalPodAutoscaler as far as ownership goes: what it scales, and whether we made it.
// Source: https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/horizontal-pod-autoscaler-v2/
#pragma once

#include "controller/kube/json.h"

namespace aia::kube {

struct HorizontalPodAutoscaler {
  api::TargetRef target;
  bool ours = false;  ///< owned by one of our objects
};

Trim owner_trim();

HorizontalPodAutoscaler hpa_from_json(const Json& object);

/// Same group, kind and name: the version does not make another object.
bool same_object(const api::TargetRef& a, const api::TargetRef& b);

}  // namespace aia::kube
