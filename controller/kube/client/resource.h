// A resource of the Kubernetes API and its path on the API server: /api/v1/… for the core group,
// /apis/<group>/<version>/… for all other groups. Source:
// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/api/meta.h"

namespace aia::kube {

struct Resource {
  std::string group;  ///< empty: the core group
  std::string version;
  std::string plural;
  bool operator==(const Resource&) const = default;
};

inline const Resource kPods{"", "v1", "pods"};
inline const Resource kNodes{"", "v1", "nodes"};
inline const Resource kPodTemplates{"", "v1", "podtemplates"};
inline const Resource kAcceleratorPools{api::kGroup, api::kVersion, "acceleratorpools"};
inline const Resource kNodeClaims{"karpenter.sh", "v1", "nodeclaims"};
inline const Resource kAutoscalers{api::kGroup, api::kVersion, "aiautoscalers"};
inline const Resource kForecasts{api::kGroup, api::kVersion, "forecasts"};
inline const Resource kHorizontalPodAutoscalers{"autoscaling", "v2", "horizontalpodautoscalers"};
inline const Resource kEvents{"events.k8s.io", "v1", "events"};

/// Whether `text` can be a segment of a path. Any characters are allowed, because segments are percent-encoded. An
/// empty text, "." and ".." are not: proxies and servers remove such segments, even encoded segments.
bool is_segment(std::string_view text);

/// "apps", "v1" of "apps/v1"; "", "v1" of "v1".
std::pair<std::string, std::string> split_api_version(std::string_view api_version);

// The functions below throw BrokenInvariant unless each part of the path is a segment.

/// "/apis/apps/v1", "/api/v1".
std::string version_path(std::string_view group, std::string_view version);

/// Path of all objects of a resource: in namespace `ns`, or in all namespaces if `ns` is empty.
std::string collection_path(const Resource& resource, std::string_view ns);

/// Path of an object, or of its subresource ("status", "scale").
std::string object_path(const Resource& resource, const api::ObjectKey& key, std::string_view subresource = {});

}  // namespace aia::kube
