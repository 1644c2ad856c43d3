// Decodes a node from its JSON. The node controller repeats NotReady, unreachable and cordoned as taints; these taints
// are dropped here, because `ready_since` and `cordoned` carry the same facts. A pool's nodes are found in one pass
// over all nodes, then their pods' requests are added in one pass over all pods. A node may match the labels of several
// pools.
#include "controller/kube/nodepool/nodes.h"

#include <algorithm>
#include <unordered_map>

namespace aia::kube {
namespace {

/// True for taints by which the node controller repeats the Ready condition and spec.unschedulable.
bool says_condition(const std::string& key) {
  return key == "node.kubernetes.io/not-ready" || key == "node.kubernetes.io/unreachable" ||
         key == "node.kubernetes.io/unschedulable";
}

std::vector<api::Taint> taints_of(const Json& object) {
  std::vector<api::Taint> taints;
  for (const Json& one : list_at(object, {"spec", "taints"})) {
    api::Taint taint{text_at(one, {"key"}), text_at(one, {"value"}), text_at(one, {"effect"})};
    const bool keeps_off = taint.effect == "NoSchedule" || taint.effect == "NoExecute";
    if (keeps_off && !says_condition(taint.key)) taints.push_back(std::move(taint));
  }
  return taints;
}

/// An unreadable quantity is left out: then fewer pods fit on the node, never more.
api::Amounts allocatable_of(const Json& object) {
  api::Amounts amounts;
  const Json* list = find_at(object, {"status", "allocatable"});
  if (list == nullptr || !list->is_object()) return amounts;
  for (const auto& [name, value] : list->items()) {
    const Result<std::int64_t> amount =
        api::amount_of(name, value.is_string() ? value.get<std::string>() : dump_json(value));
    if (amount) amounts[name] = *amount;
  }
  return amounts;
}

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

Trim node_trim() {
  return {{}, {"managedFields", "annotations", "images", "nodeInfo", "volumesAttached", "volumesInUse"}};
}

StoredNode node_from_json(const Json& object) {
  StoredNode made;
  made.node.name = text_at(object, {"metadata", "name"});
  made.node.uid = text_at(object, {"metadata", "uid"});
  made.node.created = time_at(object, {"metadata", "creationTimestamp"}).value_or(WallTime{});
  if (is_true(object, "Ready")) made.node.ready_since = true_since(object, "Ready").value_or(made.node.created);
  made.node.allocatable = allocatable_of(object);
  made.node.taints = taints_of(object);
  made.node.cordoned = bool_at(object, {"spec", "unschedulable"});
  made.node.deleting = find_at(object, {"metadata", "deletionTimestamp"}) != nullptr;
  made.labels = labels_of(object);
  return made;
}

bool has_labels(const Labels& labels, const std::map<std::string, std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& one) {
    const std::string* value = find_label(labels, one.first);
    return value != nullptr && *value == one.second;
  });
}

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
