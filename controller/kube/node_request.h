// What providers keep of the nodes that were asked of them, from before there are any: Karpenter's NodeClaims and
// Cluster API's Machines. Read fresh with the scales; a provider that a cluster does not have is no problem. Source:
// https://karpenter.sh/docs/concepts/nodeclaims/, https://cluster-api.sigs.k8s.io/developer/core/controllers/machine
#pragma once

#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/json.h"
#include "controller/kube/resource.h"
#include "controller/ports/pools.h"

namespace aia::kube {

/// On a Machine: the mark that has it go first, whatever its value, and that this mark is ours to take off again.
inline constexpr const char* kDeleteMark = "cluster.x-k8s.io/delete-machine";
inline constexpr const char* kOurMark = "aiautoscaler.io/marked";

/// Karpenter's own NodePool, not to be mistaken for ours.
bool is_karpenter_pool(const api::ScaleRef& ref);
bool is_machine_deployment(const api::ScaleRef& ref);

/// The Machines of a MachineDeployment: of its version, in its namespace.
Resource machines_of(const api::ScaleRef& ref);

inline constexpr int kNodeRequestsAtOnce = 500;

/// The list that shows them for this pool: the Machines of its MachineDeployment, the NodeClaims of its Karpenter
/// NodePool, else all NodeClaims with the labels of its nodes. In pages of `limit`, from `continue_token` on as the
/// page before gave it.
http::Request list_node_requests(const api::AcceleratorPool& pool, int limit = kNodeRequestsAtOnce,
                                 const std::string& continue_token = {});

/// One page of it; none where the provider is not there. Errors: those of the transport and server.
struct NodeRequestPage {
  std::vector<ports::NodeRequest> requests{};
  std::string continue_token{};
};
Result<NodeRequestPage> node_requests_from(Result<http::Response> page);

ports::NodeRequest node_request_from_json(const Json& object);

}  // namespace aia::kube
