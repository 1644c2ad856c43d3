// Decodes a node from its JSON. The node controller repeats NotReady, unreachable and cordoned as taints; these taints
// are dropped here, because `ready_since` and `cordoned` carry the same facts. See node.h.
#include "controller/kube/nodepool/node.h"

#include <algorithm>

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

}  // namespace aia::kube
