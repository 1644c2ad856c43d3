// The machines of one pool: nodes that become Ready a lead after they were asked for, the scheduler that binds pods to
// them, and the node autoscaler behind the pool. That one behaves as Karpenter does: it launches nodes for pods that
// find none and for buffers that find no room, and removes nodes that stay empty and that no buffer needs. Where the
// pool has a scale the number of nodes is the one that was written, and nobody launches any for pods. Simplified: one
// pool, a replica is one pod that asks for GPUs and nothing else, a Node is there from when it is Ready (until then
// only what asked for it), running pods are never moved. Source: https://karpenter.sh/docs/concepts/disruption/ and
// /docs/reference/settings/ (batching); the scheduler prefers the node where most is free, as by default
// (LeastAllocated).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/api/accelerator_pool.h"
#include "simulation/random.h"
#include "simulation/service.h"

namespace aia::simulation {

struct NodeOptions {
  Millis lead_min{std::chrono::minutes(4)}, lead_max{std::chrono::minutes(6)};  ///< asked for to Ready, drawn for each
  Millis batch{std::chrono::seconds(1)};              ///< from a shortage until nodes are asked for: things settle
  Millis consolidate_after{std::chrono::minutes(1)};  ///< an empty node that nobody needs goes
};

struct VirtualNode {
  std::string name, uid;
  WallTime asked{}, ready_at{};
  bool ready = false;
  bool lost = false;                     ///< its kubelet is silent: it takes no pods, and those on it serve nothing
  int pods = 0, gpus = 0;                ///< bound to it
  int broken = 0;                        ///< GPUs that the device plugin no longer offers
  std::optional<WallTime> idle_since{};  ///< empty, and no buffer needs it
};

/// Pods that take GPUs together on one node each: of a buffer.
struct VirtualPods {
  int gpus = 0;  ///< of each
  int count = 0;
};

class NodePool {
 public:
  NodePool(const api::AcceleratorPoolSpec& spec, NodeOptions options, WallTime start, Random random);

  /// The service's pods ran before the start: each gets its place, on nodes that are a day old.
  void settle(Service& service);

  /// Nodes that are due become Ready, pods that wait are bound, nodes are asked for and removed. To be called whenever
  /// something changed and at next_event(); the services have lived until `now`.
  void tend(WallTime now, const std::vector<Service*>& services, const std::vector<VirtualPods>& buffers);
  /// When it must be tended again if nothing else happens; WallTime::max(): never.
  [[nodiscard]] WallTime next_event() const;

  void set_size(int nodes) { size_ = nodes; }

  /// Nodes asked for from now on take `lead_factor` times as long; 0: they never come.
  void set_lead_factor(double lead_factor) { lead_factor_ = lead_factor; }
  /// Whatever keeps nodes from coming is over: none takes longer than lead_max from now.
  void hasten(WallTime now);
  /// Falls silent; the name of the node at `index`, empty: there is none that is Ready.
  std::string lose(std::size_t index);
  /// Its node object is deleted; pods on it are the caller's business.
  void forget(const std::string& name, WallTime now);
  /// So many GPUs of every node are broken, at most all but one; 0: they are well again.
  void break_gpus(int of_each);

  [[nodiscard]] std::optional<int> size() const { return size_; }                 ///< unset: the pool has no scale
  [[nodiscard]] const std::vector<VirtualNode>& nodes() const { return nodes_; }  ///< also those on their way
  [[nodiscard]] int gpus_per_node() const { return gpus_per_node_; }
  [[nodiscard]] int free_gpus(const VirtualNode& node) const { return gpus_per_node_ - node.broken - node.gpus; }
  /// From when each was asked for until it was removed, since the start.
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
  std::vector<VirtualNode> nodes_;  // in the order in which they were asked for
  std::optional<WallTime> short_since_;
  int asked_ = 0;
  double lead_factor_ = 1;
  double removed_seconds_ = 0;
};

}  // namespace aia::simulation
