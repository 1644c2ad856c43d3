// Copies only the fields that the scheduler reads, and names and images. Environment, volumes and probes of the real
// pods are left out.
#include "controller/kube/nodepool/buffer_template.h"

#include "controller/kube/workload/replica.h"

namespace aia::kube {
namespace {

void copy(const Json& from, Json& to, const char* key) {
  if (const Json* value = find_at(from, {key})) to[key] = *value;
}

/// The resources with a request for each limit: where a resource has only a limit, the limit is also the request.
Json resources_of(const Json& owner) {
  Json resources = Json::object();
  const Json* limits = find_at(owner, {"resources", "limits"});
  const Json* requests = find_at(owner, {"resources", "requests"});
  if (limits != nullptr && limits->is_object()) resources = {{"limits", *limits}, {"requests", *limits}};
  if (requests != nullptr && requests->is_object()) resources["requests"].update(*requests);
  return resources;
}

Json containers_of(const Json& list, bool init) {
  Json containers = Json::array();
  for (const Json& one : list) {
    Json container = {{"name", text_at(one, {"name"})}, {"resources", resources_of(one)}};
    copy(one, container, "image");
    if (init) copy(one, container, "restartPolicy");  // "Always": a sidecar, which keeps running
    containers.push_back(std::move(container));
  }
  return containers;
}

Json shape_of(const Json& pod_template) {
  Json shape = {{"metadata", {{"labels", Json::object()}}}, {"spec", Json::object()}};
  if (const Json* labels = find_at(pod_template, {"metadata", "labels"})) shape["metadata"]["labels"] = *labels;
  const Json& from = *find_at(pod_template, {"spec"});
  Json& spec = shape["spec"];
  for (const char* key : {"nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "priorityClassName",
                          "schedulerName", "runtimeClassName", "overhead"})
    copy(from, spec, key);
  if (Json resources = resources_of(from); !resources.empty()) spec["resources"] = std::move(resources);
  spec["containers"] = containers_of(list_at(from, {"containers"}), false);
  if (const Json& inits = list_at(from, {"initContainers"}); !inits.empty())
    spec["initContainers"] = containers_of(inits, true);
  return shape;
}

}  // namespace

Result<std::vector<BufferPart>> buffer_parts_of(const Kind& kind, const Json& object) {
  const Result<std::vector<PodPart>> parts = kind.parts(object);
  if (!parts) return parts.error();
  std::vector<BufferPart> buffers;
  for (const PodPart& part : *parts) {
    Result<api::Amounts> requests = requests_of_part(part);  // checks that the template has a spec
    if (!requests) return requests.error();
    if (const int pods = pods_of_part(part); pods > 0)
      buffers.push_back({part.suffix, pods, std::move(*requests), shape_of(*part.pod_template)});
  }
  return buffers;
}

}  // namespace aia::kube
