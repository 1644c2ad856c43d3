// The scale subresource: the wanted and current replicas of an object and the selector of its pods, for any kind that
// serves /scale. Source: https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/scale-v1/
#pragma once

#include <string>

#include "controller/kube/client/json.h"

namespace aia::kube {

struct Scale {
  int spec_replicas = 0;
  int status_replicas = 0;  ///< existing replicas, in any state
  std::string resource_version;
  std::string uid;
  std::string selector;  ///< label selector in string form; empty: the kind publishes none
};

/// Errors: Unavailable when the document is no Scale, has no resourceVersion, or spec.replicas is not a count.
Result<Scale> scale_from_json(const Json& document);

/// The merge patch that sets replicas, refused with 409 unless the object is still at `resource_version`.
Json scale_patch(int replicas, const std::string& resource_version);

}  // namespace aia::kube
