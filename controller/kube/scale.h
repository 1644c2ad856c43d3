// The scale subresource: how many replicas an object wants and which pods are its own, for any kind that serves it.
// Source: https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/scale-v1/
#pragma once

#include <string>

#include "controller/kube/json.h"

namespace aia::kube {

struct Scale {
  int spec_replicas = 0;
  int status_replicas = 0;  ///< that there are, whatever their state
  std::string resource_version;
  std::string uid;
  std::string selector;  ///< in string form; empty: none published
};

/// Errors: Unavailable when it is no Scale or its replicas are no count.
Result<Scale> scale_from_json(const Json& document);

/// The merge patch that sets replicas, refused with 409 unless the object is still at `resource_version`.
Json scale_patch(int replicas, const std::string& resource_version);

}  // namespace aia::kube
