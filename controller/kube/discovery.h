// Which resource serves /scale for a kind: asked of the API server's discovery documents, so that any kind with the
// scale subresource can be a target. Answers are kept; "no" only for a short time, because a CRD may be installed any
// moment. Anybody who writes an object may invent API versions, so that how many are asked at a time and kept is
// bounded, those that are not served are asked less and less often, and those that nobody asks for any more are
// dropped. Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "controller/api/accelerator_pool.h"
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

/// A kind whose scale is asked for: an AIAutoscaler's target is in its namespace, what a node pool's size is written to
/// may be cluster-scoped.
struct ScaledKind {
  std::string api_version, kind, name;
  enum class In { TargetNamespace, NamedNamespace, Cluster } in = In::TargetNamespace;
};
ScaledKind scaled_kind(const api::TargetRef& target);
ScaledKind scaled_kind(const api::ScaleRef& ref);

/// The resource of that kind. Errors: Invalid, naming apiVersion and kind: not served, another scope or no scale, or a
/// part that cannot be one of a path.
Result<Resource> scale_resource_in(const ServedKinds& served, const ScaledKind& wanted);

class Discovery {
 public:
  /// `transport` and `clock` outlive it.
  Discovery(http::Transport& transport, const ports::Clock& clock, Millis keep_no = std::chrono::seconds(30))
      : transport_(transport), clock_(clock), keep_no_(keep_no) {}

  static constexpr std::size_t kMostAsked = 100;  ///< API versions in one call, the first ones; those behind wait
  static constexpr std::size_t kMost = 1'000;     ///< API versions kept
  static constexpr Millis kLongestNo = std::chrono::minutes(5);

  /// In order; each group and version that is not known yet is asked once, side by side. Errors: as scale_resource_in,
  /// and those of the transport and server; Timeout where too many others are asked first. From any thread.
  std::vector<Result<Resource>> scale_resources(const std::vector<ScaledKind>& kinds, Millis deadline);
  std::vector<Result<Resource>> scale_resources(const std::vector<api::TargetRef>& targets, Millis deadline);

  /// The first of these versions that serves `kind`; nullopt: none does. Errors: those of the transport and server.
  Result<std::optional<Resource>> first_served(const std::vector<std::string>& api_versions, const std::string& kind,
                                               Millis deadline);

  /// A path that was discovered answered 404: ask again next time.
  void forget(const std::string& api_version);

 private:
  struct Known {
    ServedKinds kinds;  ///< empty: the group and version is not served
    Millis asked_at{0};
    Millis keep_no{0};  ///< what it does not serve is asked for again after so long
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
