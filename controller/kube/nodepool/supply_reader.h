// Reads the supply of all node pools at once. Nodes and pods come from their stores; node requests, and whatever else
// the actuators ask for, come fresh from the API server, side by side. A failure in a pool does not affect any other
// pool.
#pragma once

#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/nodepool/actuator.h"
#include "controller/kube/nodepool/nodes.h"

namespace aia::kube {

class SupplyReader {
 public:
  /// All arguments must outlive the reader.
  SupplyReader(http::Transport& transport, const ports::Clock& clock, const Actuators& actuators,
               const Store<StoredNode>& nodes, const Store<LabelledPod>& pods)
      : transport_(transport), clock_(clock), actuators_(actuators), nodes_(nodes), pods_(pods) {}

  /// As ports::Pools::supplies.
  std::vector<ports::PoolSupply> read(const std::vector<api::AcceleratorPool>& pools, Millis deadline);

 private:
  http::Transport& transport_;
  const ports::Clock& clock_;
  const Actuators& actuators_;
  const Store<StoredNode>& nodes_;
  const Store<LabelledPod>& pods_;
};

}  // namespace aia::kube
