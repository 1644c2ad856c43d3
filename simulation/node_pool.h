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
  int pods = 0, gpus = 0;                ///< bound to it
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
  [[nodiscard]] std::optional<int> size() const { return size_; }                 ///< unset: the pool has no scale
  [[nodiscard]] const std::vector<VirtualNode>& nodes() const { return nodes_; }  ///< also those on their way
  [[nodiscard]] int gpus_per_node() const { return gpus_per_node_; }
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
  double removed_seconds_ = 0;
};

}  // namespace aia::simulation
