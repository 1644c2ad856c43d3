// Implements ports::Pools over the API server. Nodes, pods and AcceleratorPools come from stores, which the watches of
// KubeCluster fill; without a controller, in `aiautoscaler release`, load() fills the stores once. Scales and buffers
// are read fresh, and each write takes as few requests as possible.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controller/kube/nodepool/actuator.h"
#include "controller/kube/nodepool/supply_reader.h"
#include "controller/kube/report/event_recorder.h"

namespace aia::kube {

struct KubePoolsOptions {
  Millis write_deadline{10'000};    ///< of each request of a write
  std::function<void()> on_change;  ///< an AcceleratorPool came, went or changed its spec: only mark state
};

class KubePools final : public ports::Pools {
 public:
  /// All references outlive the KubePools. `transport` is a LeaseGuard where a controller runs.
  KubePools(http::Transport& transport, const ports::Clock& clock, Discovery& discovery, Store<LabelledPod>& pods,
            EventRecorder& events, KubePoolsOptions options);

  /// The stores that the watches fill.
  Store<StoredNode>& nodes() { return nodes_; }
  Store<ports::PoolView>& views() { return views_; }
  [[nodiscard]] bool synced() const { return nodes_.synced() && views_.synced(); }

  /// Fills the stores without watches: lists nodes, pods and AcceleratorPools once.
  Status load(Millis deadline_of_page);

  std::vector<ports::PoolView> pools() override;
  std::vector<ports::PoolSupply> supplies(const std::vector<api::AcceleratorPool>& pools, Millis deadline) override;
  Result<std::vector<ports::Buffer>> buffers(Millis deadline) override;
  Status write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& write) override;
  Status write_buffer(const ports::BufferWrite& write) override;
  Status delete_buffer(const ports::Buffer& buffer) override;
  Status hold(const api::AcceleratorPool& pool, bool held) override;
  Status write_status(const api::AcceleratorPool& pool) override;
  Status write_event(const api::AcceleratorPool& about, const ports::Event& event) override;

 private:
  http::Transport& transport_;
  const ports::Clock& clock_;
  Store<LabelledPod>& pods_;
  EventRecorder& events_;
  const KubePoolsOptions options_;
  Store<StoredNode> nodes_;
  Store<ports::PoolView> views_;
  const Actuators actuators_;
  SupplyReader supplies_;
};

}  // namespace aia::kube
