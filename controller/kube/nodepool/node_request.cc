// Builds the list of a pool's NodeClaims or Machines and decodes its pages. Karpenter names the node in
// status.nodeName, Cluster API in status.nodeRef.name; the decoder tries both, in this order. See node_request.h.
#include "controller/kube/nodepool/node_request.h"

#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"

namespace aia::kube {
namespace {

bool is_of(const api::ScaleRef& ref, const char* group, const char* kind) {
  return split_api_version(ref.api_version).first == group && ref.kind == kind;
}

http::Request list_with_labels(const Resource& resource, const std::string& ns,
                               const std::map<std::string, std::string>& labels, int limit,
                               const std::string& continue_token) {
  std::string selector;
  for (const auto& [key, value] : labels) selector += (selector.empty() ? "" : ",") + key + "=" + value;
  return list_request(resource, ns, limit, continue_token, selector);
}

}  // namespace

bool is_karpenter_pool(const api::ScaleRef& ref) {
  return is_of(ref, "karpenter.sh", "NodePool");
}

bool is_machine_deployment(const api::ScaleRef& ref) {
  return is_of(ref, "cluster.x-k8s.io", "MachineDeployment");
}

Resource machines_of(const api::ScaleRef& ref) {
  const auto [group, version] = split_api_version(ref.api_version);
  return {group, version, "machines"};
}

http::Request list_node_requests(const api::AcceleratorPool& pool, int limit, const std::string& continue_token) {
  const auto& ref = pool.spec.scale_ref;
  if (ref && is_machine_deployment(*ref))
    return list_with_labels(machines_of(*ref), ref->ns, {{"cluster.x-k8s.io/deployment-name", ref->name}}, limit,
                            continue_token);
  if (ref && is_karpenter_pool(*ref))
    return list_with_labels(kNodeClaims, "", {{"karpenter.sh/nodepool", ref->name}}, limit, continue_token);
  return list_with_labels(kNodeClaims, "", pool.spec.node_labels, limit, continue_token);
}

Result<NodeRequestPage> node_requests_from(Result<http::Response> response) {
  const Result<Json> list = document(std::move(response));
  NodeRequestPage page;
  if (!list && list.error().kind == ErrorKind::NotFound) return page;
  if (!list) return list.error();
  for (const Json& object : list_at(*list, {"items"})) page.requests.push_back(node_request_from_json(object));
  page.continue_token = text_at(*list, {"metadata", "continue"});
  return page;
}

ports::NodeRequest node_request_from_json(const Json& object) {
  ports::NodeRequest made{
      text_at(object, {"metadata", "name"}), text_at(object, {"metadata", "uid"}), {}, {}, false, false};
  made.created = time_at(object, {"metadata", "creationTimestamp"}).value_or(WallTime{});
  made.node = text_at(object, {"status", "nodeName"});
  if (made.node.empty()) made.node = text_at(object, {"status", "nodeRef", "name"});
  made.deleting = find_at(object, {"metadata", "deletionTimestamp"}) != nullptr;
  made.marked = find_at(object, {"metadata", "annotations", kOurMark}) != nullptr;
  return made;
}

}  // namespace aia::kube
