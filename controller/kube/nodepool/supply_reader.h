// Reads the supply of all node pools at once. Nodes and pods come from their stores; node requests and scales come
// fresh from the API server, side by side. A failure in a pool does not affect any other pool.
#pragma once

#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/client/discovery.h"
#include "controller/kube/nodepool/buffer_client.h"
#include "controller/kube/nodepool/nodes.h"

namespace aia::kube {

class SupplyReader {
 public:
  /// All arguments must outlive the reader.
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
