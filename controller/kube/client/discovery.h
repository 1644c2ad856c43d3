// Finds the resource that serves /scale for a kind in the API server's discovery documents, so that any kind with the
// scale subresource can be a target. Answers are kept, but a "no" only for a short time, because a CRD may be installed
// at any moment. Any author of an object may invent API versions. Therefore the number of versions asked at a time and
// kept is bounded, a version that is not served is asked less and less often, and unused versions are dropped. Source:
// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "controller/api/accelerator_pool.h"
#include "controller/http/transport.h"
#include "controller/kube/client/json.h"
#include "controller/kube/client/resource.h"
#include "controller/ports/clock.h"

namespace aia::kube {

/// One kind that a group and version serves, from the APIResourceList.
struct ServedKind {
  std::string plural;
  bool namespaced = false;
  bool has_scale = false;
};
using ServedKinds = std::map<std::string, ServedKind>;
ServedKinds served_kinds(const Json& resource_list);

/// An object whose scale is wanted. An AIAutoscaler's target is in the AIAutoscaler's namespace; the scale of a node
/// pool may be cluster-scoped.
struct ScaledKind {
  std::string api_version, kind, name;
  enum class In { TargetNamespace, NamedNamespace, Cluster } in = In::TargetNamespace;
};
ScaledKind scaled_kind(const api::TargetRef& target);
ScaledKind scaled_kind(const api::ScaleRef& ref);

/// The resource of the wanted kind. Errors: Invalid, naming apiVersion and kind: not served, another scope, no scale,
/// or a part that cannot be a segment of a path.
Result<Resource> scale_resource_in(const ServedKinds& served, const ScaledKind& wanted);

class Discovery {
 public:
  /// `transport` and `clock` outlive the Discovery.
  Discovery(http::Transport& transport, const ports::Clock& clock, Millis keep_no = std::chrono::seconds(30))
      : transport_(transport), clock_(clock), keep_no_(keep_no) {}

  static constexpr std::size_t kMostAsked = 100;  ///< API versions asked in one call; later versions wait
  static constexpr std::size_t kMost = 1'000;     ///< API versions kept
  static constexpr Millis kLongestNo = std::chrono::minutes(5);

  /// The resource of each kind, in order. Each unknown group and version is asked once, side by side. Errors: as
  /// scale_resource_in, and those of the transport and server; Timeout where kMostAsked versions come first. From any
  /// thread.
  std::vector<Result<Resource>> scale_resources(const std::vector<ScaledKind>& kinds, Millis deadline);
  std::vector<Result<Resource>> scale_resources(const std::vector<api::TargetRef>& targets, Millis deadline);

  /// The first of these versions with `kind`; nullopt: no version serves `kind`. Errors: those of the transport and
  /// server.
  Result<std::optional<Resource>> first_served(const std::vector<std::string>& api_versions, const std::string& kind,
                                               Millis deadline);

  /// Forgets a version, for example after a discovered path answered 404: the next call asks again.
  void forget(const std::string& api_version);

 private:
  struct Known {
    ServedKinds kinds;  ///< empty: the group and version is not served
    Millis asked_at{0};
    Millis keep_no{0};  ///< a missing kind is asked for again after this time
    Millis used_at{0};
  };

  bool must_ask(const std::string& api_version, bool found, Millis longest_no) const;
  const ServedKinds& kinds_of(const std::string& api_version);
  void remember(const std::string& api_version, ServedKinds kinds);
  std::map<std::string, Error> ask(const std::vector<std::string>& api_versions, Millis deadline);

  http::Transport& transport_;
  const ports::Clock& clock_;
  const Millis keep_no_;
  mutable std::mutex mutex_;
  std::map<std::string, Known> known_;  ///< by apiVersion
};

}  // namespace aia::kube
