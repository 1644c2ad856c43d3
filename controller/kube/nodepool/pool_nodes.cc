// Visits all nodes once to find each pool's nodes, then all pods once to add their requests to these nodes by name. A
// node may match the labels of several pools. See pool_nodes.h.
#include "controller/kube/nodepool/pool_nodes.h"

#include <unordered_map>

namespace aia::kube {
namespace {

void put_on(ports::Node& node, const LabelledPod& pod) {
  api::Amounts asked{pod.requests.begin(), pod.requests.end()};
  asked["pods"] = 1;
  node.held = api::sum(std::move(node.held), asked);
  if (pod.of_node)
    node.daemons = api::sum(std::move(node.daemons), asked);
  else
    node.busy = true;
}

bool holds_node(const LabelledPod& pod) {
  return !pod.pod.node.empty() && !pod.pod.finished;
}

}  // namespace

std::vector<std::vector<ports::Node>> nodes_of_pools(const std::vector<api::AcceleratorPool>& pools,
                                                     const Store<StoredNode>& nodes, const Store<LabelledPod>& pods) {
  std::unordered_map<std::string, ports::Node> wanted;            // by name, with the requests of their pods
  std::vector<std::vector<const ports::Node*>> of(pools.size());  // pointers into `wanted`, which stay valid
  nodes.visit_from({}, [&](const api::ObjectKey& key, const StoredNode& stored) {
    for (std::size_t i = 0; i < pools.size(); ++i) {
      if (has_labels(stored.labels, pools[i].spec.node_labels))
        of[i].push_back(&wanted.try_emplace(key.name, stored.node).first->second);
    }
    return true;
  });
  pods.visit_from({}, [&](const api::ObjectKey&, const LabelledPod& pod) {
    if (!holds_node(pod)) return true;
    if (const auto node = wanted.find(pod.pod.node); node != wanted.end()) put_on(node->second, pod);
    return true;
  });
  std::vector<std::vector<ports::Node>> all(pools.size());
  for (std::size_t i = 0; i < pools.size(); ++i) {
    for (const ports::Node* node : of[i]) all[i].push_back(*node);
  }
  return all;
}

std::set<std::string> busy_nodes(const Store<LabelledPod>& pods) {
  std::set<std::string> busy;
  pods.visit_from({}, [&](const api::ObjectKey&, const LabelledPod& pod) {
    if (holds_node(pod) && !pod.of_node) busy.insert(pod.pod.node);
    return true;
  });
  return busy;
}

}  // namespace aia::kube
