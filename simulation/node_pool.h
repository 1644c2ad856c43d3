// The machines of one pool: nodes that become Ready a node lead after the request, the scheduler that binds pods to
// nodes, and the node autoscaler behind the pool. The node autoscaler behaves as Karpenter does: it launches nodes for
// pods that wait and for buffers without room, and removes nodes that stay empty and that no pod or buffer needs. Where
// the pool has a scale subresource, the written size decides the number of nodes, and waiting pods launch none.
// Simplified: there is one pool; a replica is one pod that requests GPUs and nothing else; a Node object exists once
// the node is Ready (before, only the node request exists); running pods never move. Source:
// https://karpenter.sh/docs/concepts/disruption/ and /docs/reference/settings/ (batching). The scheduler prefers the
// node with most free GPUs, as Kubernetes does by default (LeastAllocated).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/api/accelerator_pool.h"
#include "simulation/random.h"
#include "simulation/service.h"

namespace aia::simulation {

struct NodeOptions {
  Millis lead_min{std::chrono::minutes(4)},
      lead_max{std::chrono::minutes(6)};              ///< request to Ready, drawn for each node
  Millis batch{std::chrono::seconds(1)};              ///< from a shortage to the node requests
  Millis consolidate_after{std::chrono::minutes(1)};  ///< until an empty, unneeded node is removed
};

struct VirtualNode {
  std::string name, uid;
  WallTime asked{}, ready_at{};  ///< the request, and when the node becomes Ready
  bool ready = false;
  bool lost = false;                     ///< the kubelet is silent: the node takes no pods, and its pods serve nothing
  int pods = 0, gpus = 0;                ///< bound pods and the GPUs that they hold
  int broken = 0;                        ///< GPUs that the device plugin no longer offers
  std::optional<WallTime> idle_since{};  ///< since when the node is empty and no pod or buffer needs it
};

/// The placeholder pods of a buffer. Each needs its GPUs on one node.
struct VirtualPods {
  int gpus = 0;  ///< of each pod
  int count = 0;
};

class NodePool {
 public:
  NodePool(const api::AcceleratorPoolSpec& spec, NodeOptions options, WallTime start, Random random);

  /// Places the service's pods, which ran before the start, on nodes that are a day old.
  void settle(Service& service);

  /// Makes due nodes Ready, binds waiting pods, requests and removes nodes. To be called after every change and at
  /// next_event(), with services that have advanced to `now`.
  void tend(WallTime now, const std::vector<Service*>& services, const std::vector<VirtualPods>& buffers);
  /// When tend() is due again if nothing changes before; WallTime::max(): never.
  [[nodiscard]] WallTime next_event() const;

  void set_size(int nodes) { size_ = nodes; }

  /// Nodes requested from now on take `lead_factor` times as long; 0: they never come.
  void set_lead_factor(double lead_factor) { lead_factor_ = lead_factor; }
  /// Ends all delays: every requested node is Ready within lead_max from now.
  void hasten(WallTime now);
  /// Silences the kubelet of the node at `index`. Returns the node's name; empty: no Ready node has this index.
  std::string lose(std::size_t index);
  /// Deletes the node object. The caller replaces the pods on the node.
  void forget(const std::string& name, WallTime now);
  /// Breaks `of_each` GPUs of every node requested so far, at most all but one; 0: all GPUs work again.
  void break_gpus(int of_each);

  [[nodiscard]] std::optional<int> size() const { return size_; }                 ///< unset: the pool has no scale
  [[nodiscard]] const std::vector<VirtualNode>& nodes() const { return nodes_; }  ///< requested nodes included
  [[nodiscard]] int gpus_per_node() const { return gpus_per_node_; }
  [[nodiscard]] int free_gpus(const VirtualNode& node) const { return gpus_per_node_ - node.broken - node.gpus; }
  /// Node-seconds from each node's request (or the start) to its removal (or `now`).
  [[nodiscard]] double node_seconds(WallTime now) const;

 private:
  void ask(WallTime now);
  void remove(std::size_t index, WallTime now);
  void note_pods(const std::vector<Service*>& services);
  void bind_pods(const std::vector<Service*>& services);
  int reserve(const std::vector<Service*>& services, const std::vector<VirtualPods>& buffers,
              std::vector<bool>& needed) const;
  void launch(int missing, WallTime now);
  void consolidate(const std::vector<bool>& needed, WallTime now);
  void follow_size(WallTime now);

  int gpus_per_node_, max_nodes_;
  NodeOptions options_;
  WallTime start_;
  Random random_;
  std::optional<int> size_;
  std::vector<VirtualNode> nodes_;  // in the order of their requests
  std::optional<WallTime> short_since_;
  int asked_ = 0;
  double lead_factor_ = 1;
  double removed_seconds_ = 0;
};

}  // namespace aia::simulation
