// Node pools as the loop sees them: which there are, the nodes that each has, and the few writes that size them. A port
// of its own beside Cluster: a controller that looks after one namespace, or a world without nodes, has none. Nodes and
// pods come from caches; sizes and buffers are read fresh, because writes carry their resourceVersion. As with Cluster,
// every write checks by itself, just before it is sent, that the lease outlives its deadline.
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

/// A pool as read: when the stored object does not decode, `problem` says why and spec is not to be used.
struct PoolView {
  api::AcceleratorPool object;
  std::optional<Error> problem;
};

/// A node with the pool's labels.
struct Node {
  std::string name, uid;
  WallTime created{};
  std::optional<WallTime> ready_since;  ///< Ready=True now, since then (server's time, whole seconds)
  api::Amounts allocatable;
  api::Amounts held;               ///< requests of the pods bound to it that have not finished
  api::Amounts daemons{};          ///< of these, what daemons hold: they come with every node
  bool busy = false;               ///< a pod is bound to it that is no daemon's
  std::vector<api::Taint> taints;  ///< NoSchedule and NoExecute
  bool cordoned = false;           ///< spec.unschedulable
  bool deleting = false;           ///< it, or what asked for it, is being deleted
};

/// What a provider keeps of a node that was asked for, from before there is one: a Karpenter NodeClaim, a Cluster API
/// Machine.
struct NodeRequest {
  std::string name, uid;
  WallTime created{};
  std::string node;  ///< its Node's name; empty: not there yet
  bool deleting = false;
  bool marked = false;  ///< by us, to be the one that goes
};

/// All that is known of a pool's nodes and its size now.
struct PoolSupply {
  std::vector<Node> nodes;             ///< by name
  std::vector<NodeRequest> requests;   ///< by name; none where the provider shows none
  std::optional<int> size;             ///< Sizing::Scale: what its scale asks for
  std::string size_version;            ///< resourceVersion of the scale: goes into the write
  std::optional<api::Reason> refusal;  ///< why we must not size it: somebody else does, it is paused, there is no
                                       ///< buffer API
  std::string rolling{};               ///< its scale's own rollout is under way, in words: it is not to be lowered
  std::optional<Error> problem;        ///< what of this could not be read; the rest stands
  int busy_unlabelled = 0;             ///< nodes that were asked for, have not the pool's labels, and pods hold
  bool shows_requests = true;          ///< else nodes may be there that nothing here names

  /// A mark of ours is on one that need not go: there are no more than are asked for.
  [[nodiscard]] bool marked() const {
    const auto stay = [](const NodeRequest& one) { return !one.deleting; };
    const auto marked = [](const NodeRequest& one) { return one.marked && !one.deleting; };
    return size && std::count_if(requests.begin(), requests.end(), stay) <= *size &&
           std::any_of(requests.begin(), requests.end(), marked);
  }

  /// Nodes that are not to go: pods hold them, or may.
  [[nodiscard]] int held() const {
    int there = 0, busy = 0;
    for (const Node& node : nodes) {
      there += node.deleting ? 0 : 1;
      busy += node.busy && !node.deleting ? 1 : 0;
    }
    return !shows_requests && size && *size > there ? *size : busy + busy_unlabelled;
  }
};

/// Room that we keep free for one AIAutoscaler's replicas: a CapacityBuffer and its PodTemplate, for each kind of pod
/// in a replica; always ours (label app.kubernetes.io/managed-by: aiautoscaler).
struct Buffer {
  api::ObjectKey autoscaler;
  std::string autoscaler_uid;  ///< of its owner
  std::string pool;
  int replicas = 0;  ///< of the AIAutoscaler's target
  std::optional<WallTime> expires;
  std::string version;  ///< of all its parts: goes into the write
};

struct BufferWrite {
  const api::Autoscaler* autoscaler = nullptr;
  std::string pool;
  int replicas = 0;
  std::string gpu_resource;
  std::int64_t most_gpus = 0;  ///< that the buffer may hold, whatever its replicas: its `limits`
  WallTime expires{};
  std::string version;  ///< as read; empty: there is none yet
};

struct SizeWrite {
  int from = 0, to = 0;  ///< nodes
  std::string version;   ///< of the scale, as read
  bool drains = false;   ///< nodes that pods hold may go
};

class Pools {
 public:
  Pools() = default;
  Pools(const Pools&) = delete;
  Pools& operator=(const Pools&) = delete;
  virtual ~Pools() = default;

  /// All AcceleratorPools by name, those being deleted, too: what was done for them is to be undone.
  virtual std::vector<PoolView> pools() = 0;

  /// Of each pool, in order, read side by side.
  virtual std::vector<PoolSupply> supplies(const std::vector<api::AcceleratorPool>& pools, Millis deadline) = 0;

  /// All of ours in the cluster; none where it has no such API.
  virtual Result<std::vector<Buffer>> buffers(Millis deadline) = 0;

  /// Merge patch on the pool's scale with its resourceVersion; with the size that there is, marks of ours go. Conflict:
  /// somebody wrote since. A raise may be tried once more where only something else than the size was written: nodes
  /// should not wait for a cycle because of it.
  virtual Status write_size(const api::AcceleratorPool& pool, const SizeWrite& write) = 0;

  /// Creates or changes; the pods of its template are shaped like the target's, with explicit requests. Conflict: what
  /// `version` says is not what is there; Invalid: there is one of that name that is not ours.
  virtual Status write_buffer(const BufferWrite& write) = 0;

  /// With its PodTemplates; one that is gone already is done.
  virtual Status delete_buffer(const Buffer& buffer) = 0;

  /// Puts our finalizer on the pool, or takes it off. This and the status are written whatever changed since they were
  /// read, unless `pool.meta.resource_version` is set. Conflict: it is, and something did.
  virtual Status hold(const api::AcceleratorPool& pool, bool held) = 0;

  virtual Status write_status(const api::AcceleratorPool& pool) = 0;

  /// Best effort: an Event that cannot be written is counted, never retried.
  virtual Status write_event(const api::AcceleratorPool& about, const Event& event) = 0;
};

}  // namespace aia::ports
