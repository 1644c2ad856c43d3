// Which resource serves /scale for a kind: asked of the API server's discovery documents, so that any kind with the
// scale subresource can be a target. Answers are kept; "no" only for a short time, because a CRD may be installed any
// moment. Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/json.h"
#include "controller/kube/resource.h"
#include "controller/ports/clock.h"

namespace aia::kube {

/// What one group and version serves, from its APIResourceList.
struct ServedKind {
  std::string plural;
  bool namespaced = false;
  bool has_scale = false;
};
using ServedKinds = std::map<std::string, ServedKind>;
ServedKinds served_kinds(const Json& resource_list);

/// The resource of `target`'s kind. Errors: Invalid, naming apiVersion and kind: not served, cluster-scoped or no
/// scale.
Result<Resource> scale_resource_in(const ServedKinds& served, const api::TargetRef& target);

class Discovery {
 public:
  /// `transport` and `clock` outlive it.
  Discovery(http::Transport& transport, const ports::Clock& clock, Millis keep_no = std::chrono::seconds(30))
      : transport_(transport), clock_(clock), keep_no_(keep_no) {}

  /// In order; each group and version that is not known yet is asked once, side by side. Errors: as scale_resource_in,
  /// and those of the transport and server. From any thread.
  std::vector<Result<Resource>> scale_resources(const std::vector<api::TargetRef>& targets, Millis deadline);

  /// A path that was discovered answered 404: ask again next time.
  void forget(const std::string& api_version);

 private:
  struct Known {
    ServedKinds kinds;  ///< empty: the group and version is not served
    Millis asked_at{0};
  };

  bool must_ask(const api::TargetRef& target) const;
  std::map<std::string, Error> ask(const std::vector<std::string>& api_versions, Millis deadline);

  http::Transport& transport_;
  const ports::Clock& clock_;
  const Millis keep_no_;
  mutable std::mutex mutex_;
  std::map<std::string, Known> known_;  ///< by apiVersion
};

}  // namespace aia::kube
