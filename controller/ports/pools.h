// Node pools as the loop sees them: the pools, the nodes of each pool, and the few writes that size a pool. The port is
// separate from Cluster, because a controller for a single namespace, or a world without nodes, has no pools. Nodes and
// pods come from caches; sizes and buffers are read fresh, because writes carry their resourceVersion. As with Cluster,
// every write checks just before it is sent that the lease outlives the write's deadline.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/api/accelerator_pool.h"
#include "controller/api/resources.h"
#include "controller/ports/cluster.h"

namespace aia::ports {

/// A pool as read. If the stored object does not decode, `problem` says why, and `object.spec` must not be used.
struct PoolView {
  api::AcceleratorPool object;
  std::optional<Error> problem;
};

/// A node with the pool's labels.
struct Node {
  std::string name, uid;
  WallTime created{};
  std::optional<WallTime> ready_since;  ///< Ready=True since then (server's time, whole seconds)
  api::Amounts allocatable;
  api::Amounts held;               ///< requests of the unfinished pods bound to the node
  api::Amounts daemons{};          ///< the part of `held` that daemons' pods request: every node runs these
  bool busy = false;               ///< pods other than daemons' are bound to the node
  std::vector<api::Taint> taints;  ///< NoSchedule and NoExecute
  bool cordoned = false;           ///< spec.unschedulable
  bool deleting = false;           ///< the node or its node request is being deleted
};

/// A provider's record of a requested node, kept from before the node exists: a Karpenter NodeClaim, a Cluster API
/// Machine.
struct NodeRequest {
  std::string name, uid;
  WallTime created{};
  std::string node;  ///< name of its Node; empty: no Node yet
  bool deleting = false;
  bool marked = false;  ///< we marked this node as the next to remove
};

/// A pool's nodes and size as they are now.
struct PoolSupply {
  std::vector<Node> nodes;             ///< in order of name
  std::vector<NodeRequest> requests;   ///< in order of name; empty where the provider shows none
  std::optional<int> size;             ///< Sizing::Scale: nodes requested by the pool's scale
  std::string size_version;            ///< resourceVersion of the scale: goes into the write
  std::optional<api::Reason> refusal;  ///< why we must not size the pool: another owner, a pause, no buffer API
  std::string rolling{};  ///< the rollout of the pool's scale, in words: the size must not be lowered meanwhile; empty:
                          ///< no rollout
  std::optional<Error> problem;  ///< the part that could not be read; all other fields are valid
  int busy_unlabelled = 0;       ///< nodes that were requested, lack the pool's labels, and are in use by pods
  bool shows_requests = true;    ///< false: nodes may exist that are not listed here

  /// True if our mark is on a node request that need not go, because no more requests stay than the scale asks for.
  [[nodiscard]] bool marked() const {
    const auto stay = [](const NodeRequest& one) { return !one.deleting; };
    const auto marked = [](const NodeRequest& one) { return one.marked && !one.deleting; };
    return size && std::count_if(requests.begin(), requests.end(), stay) <= *size &&
           std::any_of(requests.begin(), requests.end(), marked);
  }

  /// Nodes that must not go: pods use the nodes, or may use them.
  [[nodiscard]] int held() const {
    int there = 0, busy = 0;
    for (const Node& node : nodes) {
      there += node.deleting ? 0 : 1;
      busy += node.busy && !node.deleting ? 1 : 0;
    }
    return !shows_requests && size && *size > there ? *size : busy + busy_unlabelled;
  }
};

/// Room that we keep free for an AIAutoscaler's replicas: a CapacityBuffer and its PodTemplate, for each kind of pod in
/// a replica. A Buffer is always ours (label app.kubernetes.io/managed-by: aiautoscaler).
struct Buffer {
  api::ObjectKey autoscaler;
  std::string autoscaler_uid;  ///< uid of the owning AIAutoscaler
  std::string pool;
  int replicas = 0;  ///< replicas of the AIAutoscaler's target that fit
  std::optional<WallTime> expires;
  std::string version;  ///< version of all parts: goes into the write
};

struct BufferWrite {
  const api::Autoscaler* autoscaler = nullptr;
  std::string pool;
  int replicas = 0;
  std::string gpu_resource;
  std::int64_t most_gpus = 0;  ///< the buffer's `limits`: GPUs at most, whatever its replicas
  WallTime expires{};
  std::string version;  ///< version as read; empty: no buffer yet
};

struct SizeWrite {
  int from = 0, to = 0;  ///< nodes
  std::string version;   ///< version of the scale, as read
  bool drains = false;   ///< the write may remove nodes that pods use
};

class Pools {
 public:
  Pools() = default;
  Pools(const Pools&) = delete;
  Pools& operator=(const Pools&) = delete;
  virtual ~Pools() = default;

  /// All AcceleratorPools by name, also those being deleted: our writes for these must be undone.
  virtual std::vector<PoolView> pools() = 0;

  /// The supply of each pool, in order, read side by side.
  virtual std::vector<PoolSupply> supplies(const std::vector<api::AcceleratorPool>& pools, Millis deadline) = 0;

  /// All our buffers in the cluster; none where the cluster has no such API.
  virtual Result<std::vector<Buffer>> buffers(Millis deadline) = 0;

  /// Merge patch on the pool's scale with its resourceVersion. A write of the present size removes our marks. Conflict:
  /// somebody wrote since the read. A raise may be tried a second time if the other write left the size alone: nodes
  /// should not wait a cycle for such a write.
  virtual Status write_size(const api::AcceleratorPool& pool, const SizeWrite& write) = 0;

  /// Creates or changes a buffer. The pods of its template have the shape of the target's pods, with explicit requests.
  /// Conflict: `version` is not the buffer's version; Invalid: the buffer of this name is not ours.
  virtual Status write_buffer(const BufferWrite& write) = 0;

  /// Deletes the buffer with its PodTemplates; a buffer that is already gone is no error.
  virtual Status delete_buffer(const Buffer& buffer) = 0;

  /// Puts our finalizer on the pool, or removes the finalizer. Finalizer and status are written whatever changed since
  /// the read, unless `pool.meta.resource_version` is set. Conflict: the version is set, and the object changed.
  virtual Status hold(const api::AcceleratorPool& pool, bool held) = 0;

  virtual Status write_status(const api::AcceleratorPool& pool) = 0;

  /// Best effort: a failed Event is counted, never retried.
  virtual Status write_event(const api::AcceleratorPool& about, const Event& event) = 0;
};

}  // namespace aia::ports
