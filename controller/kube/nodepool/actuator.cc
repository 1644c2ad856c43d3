// The defaults of an actuator, and the choice of a pool's actuator. A pool without a known provider lists the
// NodeClaims that have the labels of its nodes. Source: https://karpenter.sh/docs/concepts/nodeclaims/
#include "controller/kube/nodepool/actuator.h"

#include <algorithm>

#include "base/invariant.h"
#include "controller/kube/client/request.h"
#include "controller/kube/nodepool/actuators.h"

namespace aia::kube {

http::Request list_node_requests(const NodeRequestList& list, int limit, const std::string& continue_token) {
  std::string selector;
  for (const auto& [key, value] : list.labels) selector += (selector.empty() ? "" : ",") + key + "=" + value;
  return list_request(list.resource, list.ns, limit, continue_token, selector);
}

ports::NodeRequest base_node_request(const Json& object) {
  ports::NodeRequest request;
  request.name = text_at(object, {"metadata", "name"});
  request.uid = text_at(object, {"metadata", "uid"});
  request.created = time_at(object, {"metadata", "creationTimestamp"}).value_or(WallTime{});
  request.deleting = find_at(object, {"metadata", "deletionTimestamp"}) != nullptr;
  return request;
}

NodeRequestList Actuator::node_requests(const api::AcceleratorPool& pool) const {
  return {kNodeClaims, "", pool.spec.node_labels};
}

ports::NodeRequest Actuator::node_request_from(const Json& object) const {
  ports::NodeRequest request = base_node_request(object);
  request.node = text_at(object, {"status", "nodeName"});
  return request;
}

std::optional<http::Request> Actuator::question(const PoolReading&, int) const {
  return std::nullopt;
}

bool Actuator::take(PoolReading&, int, Result<http::Response>) {
  return false;
}

Status Actuator::write_size(const api::AcceleratorPool& pool, const ports::SizeWrite&, const std::set<std::string>&,
                            Millis) {
  return Error{ErrorKind::Invalid, "pool " + pool.meta.name + " has no scaleRef", {}};
}

Actuators::Actuators(const ActuatorPorts& ports) {
  for (const auto& make : kActuators) all_.push_back(make(ports));
}

Actuator& Actuators::of(const api::AcceleratorPoolSpec& spec) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one->sizes(spec); });
  ensure(found != all_.end(), "no actuator sizes a pool of this sizing.mode");
  return **found;
}

BufferClient& Actuators::buffers() const {
  const auto found = std::find_if(all_.begin(), all_.end(), [](const auto& one) { return one->buffers() != nullptr; });
  ensure(found != all_.end(), "no actuator takes buffers");
  return *(*found)->buffers();
}

}  // namespace aia::kube
