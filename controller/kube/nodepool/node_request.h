// Node requests: the objects by which a provider records a requested node before the node exists. These are Karpenter's
// NodeClaims and Cluster API's Machines. Both are read fresh in each cycle, like the scales. A cluster without the
// provider answers 404, which counts as an empty list. Source: https://karpenter.sh/docs/concepts/nodeclaims/,
// https://cluster-api.sigs.k8s.io/developer/core/controllers/machine
#pragma once

#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/client/json.h"
#include "controller/kube/client/resource.h"
#include "controller/ports/pools.h"

namespace aia::kube {

/// Annotations of a Machine. With kDeleteMark, whatever its value, Cluster API deletes the Machine first. kOurMark says
/// that we set kDeleteMark, so that we may remove the mark again.
inline constexpr const char* kDeleteMark = "cluster.x-k8s.io/delete-machine";
inline constexpr const char* kOurMark = "aiautoscaler.io/marked";

/// True for Karpenter's NodePool, which is not our AcceleratorPool.
bool is_karpenter_pool(const api::ScaleRef& ref);
bool is_machine_deployment(const api::ScaleRef& ref);

/// The resource of a MachineDeployment's Machines, in the version that `ref` names.
Resource machines_of(const api::ScaleRef& ref);

inline constexpr int kNodeRequestsAtOnce = 500;

/// Lists the pool's node requests: the Machines of its MachineDeployment, the NodeClaims of its Karpenter NodePool,
/// else all NodeClaims with the labels of the pool's nodes. A page has at most `limit` objects. `continue_token` comes
/// from the previous page; empty for the first page.
http::Request list_node_requests(const api::AcceleratorPool& pool, int limit = kNodeRequestsAtOnce,
                                 const std::string& continue_token = {});

/// One page of the list; empty where the API server answers 404. Errors: those of the transport and the API server.
struct NodeRequestPage {
  std::vector<ports::NodeRequest> requests{};
  std::string continue_token{};
};
Result<NodeRequestPage> node_requests_from(Result<http::Response> page);

ports::NodeRequest node_request_from_json(const Json& object);

}  // namespace aia::kube
