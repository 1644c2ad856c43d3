// Who else decides on a workload's replicas: HorizontalPodAutoscalers, KEDA's ScaledObjects, and the field manager that
// set spec.replicas. Source:
// https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/horizontal-pod-autoscaler-v2/,
// https://keda.sh/docs/latest/reference/scaledobject-spec,
// https://kubernetes.io/docs/reference/using-api/server-side-apply/
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/client/discovery.h"
#include "controller/kube/client/json.h"

namespace aia::kube {

struct HorizontalPodAutoscaler {
  api::TargetRef target;
  bool ours = false;            ///< an object of our API group owns the HPA
  std::string scaled_object{};  ///< KEDA's ScaledObject that created the HPA and would create it again; empty: none
};

Trim owner_trim();

HorizontalPodAutoscaler hpa_from_json(const Json& object);

/// The target of a ScaledObject. A paused ScaledObject has a target, too: KEDA takes the replicas back when the pause
/// ends.
api::TargetRef target_of_scaled_object(const Json& object);

/// True if group, kind and name are the same; the version may differ.
bool same_object(const api::TargetRef& a, const api::TargetRef& b);

/// The field manager that last set spec.replicas, by metadata.managedFields. Empty: we set it, or no manager is known.
std::string replicas_writer_of(const Json& object);

/// KEDA's ScaledObjects and their targets. Each ScaledObject creates an HPA, and creates the HPA again after a
/// deletion, so deleting the HPA does not free a target. ScaledObjects are listed every 30 s at most, not watched,
/// because their targets hardly ever change.
class ScaledObjects {
 public:
  /// For namespace `ns`; empty: all namespaces. `transport`, `clock` and `discovery` must outlive this object.
  ScaledObjects(http::Transport& transport, const ports::Clock& clock, Discovery& discovery, std::string ns)
      : transport_(transport), clock_(clock), discovery_(discovery), ns_(std::move(ns)) {}

  /// Lists the ScaledObjects unless the last try is less than 30 s old. After a failure other than Forbidden the old
  /// list stays. From any thread.
  void refresh(Millis deadline);
  /// Calls refresh() if no list was tried yet, so that the first decision knows the ScaledObjects.
  void look_first(Millis deadline);

  /// Names of the ScaledObjects of namespace `ns` that scale `target`.
  [[nodiscard]] std::vector<std::string> that_scale(const std::string& ns, const api::TargetRef& target) const;

  /// Why some ScaledObjects are unknown, in a single line; empty: all are known, or KEDA is not installed.
  [[nodiscard]] std::string problem() const;

 private:
  struct One {
    api::ObjectKey key;
    api::TargetRef target;
  };
  Status list(const Resource& resource, Millis deadline, std::vector<One>& found) const;

  http::Transport& transport_;
  const ports::Clock& clock_;
  Discovery& discovery_;
  const std::string ns_;
  mutable std::mutex mutex_;
  std::optional<Millis> tried_at_;
  std::vector<One> all_;
  std::string problem_;
};

}  // namespace aia::kube
