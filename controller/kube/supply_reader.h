// Reads the supply of all pools at once: nodes and pods from their stores, what providers keep of asked-for nodes and
// the scales fresh from the API server, side by side. One pool's trouble is its own.
#pragma once

#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/buffer_client.h"
#include "controller/kube/discovery.h"
#include "controller/kube/pool_nodes.h"

namespace aia::kube {

class SupplyReader {
 public:
  /// All outlive it.
  SupplyReader(http::Transport& transport, const ports::Clock& clock, Discovery& discovery, BufferClient& buffers,
               const Store<StoredNode>& nodes, const Store<LabelledPod>& pods)
      : transport_(transport), clock_(clock), discovery_(discovery), buffers_(buffers), nodes_(nodes), pods_(pods) {}

  /// As ports::Pools::supplies.
  std::vector<ports::PoolSupply> read(const std::vector<api::AcceleratorPool>& pools, Millis deadline);

 private:
  http::Transport& transport_;
  const ports::Clock& clock_;
  Discovery& discovery_;
  BufferClient& buffers_;
  const Store<StoredNode>& nodes_;
  const Store<LabelledPod>& pods_;
};

}  // namespace aia::kube
