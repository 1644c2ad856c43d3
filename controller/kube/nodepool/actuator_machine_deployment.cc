// A MachineDeployment of Cluster API. A lowered MachineDeployment deletes machines at random, including busy machines.
// So idle machines are marked for deletion first, and no mark stays on a machine that stays. The order matters: Cluster
// API deletes marked machines first, whoever lowers the scale. Cluster API moved its newer status from status.v1beta2
// (API version v1beta1) to status (v1beta2), so both places are read. Source:
// https://cluster-api.sigs.k8s.io/tasks/automated-machine-management/scaling,
// https://cluster-api.sigs.k8s.io/reference/api/labels-and-annotations,
// https://cluster-api.sigs.k8s.io/developer/core/controllers/machine
#include <algorithm>
#include <limits>
#include <tuple>

#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"
#include "controller/kube/nodepool/actuator_scale.h"
#include "controller/kube/nodepool/actuators.h"

namespace aia::kube {
namespace {

/// Annotations of a Machine. With kDeleteMark, whatever its value, Cluster API deletes the Machine first. kOurMark says
/// that we set kDeleteMark, so that we may remove the mark again.
constexpr const char* kDeleteMark = "cluster.x-k8s.io/delete-machine";
constexpr const char* kOurMark = "aiautoscaler.io/marked";

/// The resource of a MachineDeployment's Machines, in the version that `ref` names.
Resource machines_of(const api::ScaleRef& ref) {
  const auto [group, version] = split_api_version(ref.api_version);
  return {group, version, "machines"};
}

// Reading

/// Whether this condition is True, in either place of the newer status.
bool says(const Json& object, const char* condition) {
  const Json* newer = find_at(object, {"status", "v1beta2"});
  return is_true(object, condition) || (newer != nullptr && is_true({{"status", *newer}}, condition));
}

/// Whether the condition RollingOut is True, or the controller has not yet observed the newest generation.
bool says_rolling(const Json& object) {
  return says(object, "RollingOut") ||
         int_at(object, {"status", "observedGeneration"}, std::numeric_limits<std::int64_t>::max()) <
             int_at(object, {"metadata", "generation"});
}

/// Count of replaced machines: upToDateReplicas of either status, else the older updatedReplicas.
std::optional<std::int64_t> up_to_date(const Json& object) {
  const Json* count = find_at(object, {"status", "upToDateReplicas"});
  if (count == nullptr) count = find_at(object, {"status", "v1beta2", "upToDateReplicas"});
  if (count == nullptr) count = find_at(object, {"status", "updatedReplicas"});
  return count == nullptr ? std::nullopt : std::optional(int_at(*count, {}));
}

// Marking

struct Machine {
  std::string name, node;
  bool marked = false, ours = false, busy = false;
  /// Machines to delete come first: marked, then idle; among these machines without a node, because no work is lost.
  [[nodiscard]] auto order() const { return std::make_tuple(!marked, busy, !node.empty(), name); }
  [[nodiscard]] bool stays(const ports::SizeWrite& write) const { return busy && !write.drains; }
};

/// Names of machines whose mark changes.
struct Marks {
  bool lowers = false;
  std::vector<std::string> on{}, off{};
  std::string refusal{};  ///< why the size must not be lowered; empty: no objection
};

/// A foreign mark on a busy machine refuses the write, because Cluster API would drain this machine.
std::string refusal_of(const std::vector<Machine>& machines, const ports::SizeWrite& write, int too_few,
                       const std::string& what) {
  const auto foreign = std::find_if(machines.rbegin(), machines.rend(), [&](const Machine& machine) {
    return machine.stays(write) && machine.marked && !machine.ours;
  });
  if (foreign != machines.rend())
    return "machine " + foreign->name + " has somebody else's annotation " + kDeleteMark + ", and its node " +
           foreign->node + " is busy: nothing is lowered";
  return too_few > 0 ? what + ": " + std::to_string(too_few) + " too few are idle to go" : "";
}

/// Chooses the machines to mark: as many idle machines as the size is lowered by, including machines marked before. Our
/// mark comes off a machine that became busy or need not go any more. Machines that do not exist yet need no mark.
/// Existing machines that the list lacks count as busy. While an earlier scale-down is under way its marks stay.
Marks marks_of(const std::vector<Machine>& machines, const Scale& scale, const ports::SizeWrite& write,
               const std::string& what) {
  Marks marks{write.to < scale.spec_replicas};
  int to_go = std::max(static_cast<int>(machines.size()), scale.status_replicas) - write.to;
  for (const Machine& machine : machines) {
    const bool goes = !machine.stays(write) && to_go > 0;
    if (goes) --to_go;
    if (goes && !machine.marked && marks.lowers) marks.on.push_back(machine.name);
    if (!goes && machine.ours) marks.off.push_back(machine.name);
  }
  if (marks.lowers) marks.refusal = refusal_of(machines, write, to_go, what);
  return marks;
}

Json mark_patch(bool marked) {
  const Json yes = marked ? Json("yes") : Json(nullptr), ours = marked ? Json("true") : Json(nullptr);
  return {{"metadata", {{"annotations", {{kDeleteMark, yes}, {kOurMark, ours}}}}}};
}

class MachineDeployment final : public ScaleActuator {
 public:
  explicit MachineDeployment(const ActuatorPorts& ports) : ScaleActuator(ports) {}

  [[nodiscard]] bool sizes(const api::AcceleratorPoolSpec& spec) const override {
    return is_scaled_by(spec, "cluster.x-k8s.io", "MachineDeployment");
  }

  [[nodiscard]] NodeRequestList node_requests(const api::AcceleratorPool& pool) const override {
    const api::ScaleRef& ref = *pool.spec.scale_ref;
    return {machines_of(ref), ref.ns, {{"cluster.x-k8s.io/deployment-name", ref.name}}, true};
  }

  [[nodiscard]] ports::NodeRequest node_request_from(const Json& object) const override {
    ports::NodeRequest request = base_node_request(object);
    request.node = text_at(object, {"status", "nodeRef", "name"});
    request.marked = find_at(object, {"metadata", "annotations", kOurMark}) != nullptr;
    return request;
  }

  /// Further error: Conflict when fewer machines are idle than must go. Writing the present size only removes our
  /// marks.
  Status write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& write, const std::set<std::string>& busy,
                    Millis deadline) override {
    const api::ScaleRef& ref = *pool.spec.scale_ref;
    const Result<std::string> path = scale_path(ref, deadline);
    if (!path) return path.error();
    const Result<Marks> marks = marks_for(pool, *path, write, busy, deadline);
    if (!marks) return marks.error();
    if (!marks->refusal.empty()) {
      take_off(ref, marks->off, deadline);
      return Error{ErrorKind::Conflict, marks->refusal, {}};
    }
    // A mark left on a machine that stays would make the next scale-down delete this machine, whoever lowers the scale.
    Status outcome = marks->lowers ? set(ref, marks->off, false, deadline) : done;
    if (outcome) outcome = set(ref, marks->on, true, deadline);
    if (outcome) {
      outcome = write_scale(ref, *path, write, deadline);
      // The scale may have been lowered in spite of the error, and then Cluster API needs the marks, or would delete
      // machines at random. If the scale was not lowered, the next write removes the marks.
      if (!outcome && outcome.error().outcome_unknown()) return outcome;
    }
    if (!outcome)
      take_off(ref, marks->on, deadline);
    else if (!marks->lowers)
      take_off(ref, marks->off, deadline);
    return outcome;
  }

 protected:
  /// Codes: PoolDeleting, PoolPaused (the condition Paused is set by a paused Cluster, too), OwnedByTopology,
  /// OwnedByClusterAutoscaler, OwnedByOther.
  [[nodiscard]] std::optional<api::Reason> refusal_of(const api::ScaleRef& ref, const Json& object) const override {
    const std::string what = ref.to_string();
    const auto annotation = [&](const char* key) { return find_at(object, {"metadata", "annotations", key}); };
    if (auto deleting = deletion_of(ref, object)) return deleting;
    if (annotation("cluster.x-k8s.io/paused") != nullptr || bool_at(object, {"spec", "paused"}) ||
        says(object, "Paused"))
      return api::Reason{api::Code::PoolPaused,
                         what + " is paused, itself or its Cluster: unpause it to have it sized again"};
    if (find_at(object, {"metadata", "labels", "topology.cluster.x-k8s.io/owned"}) != nullptr)
      return api::Reason{api::Code::OwnedByTopology,
                         what +
                             " is sized by its Cluster's topology, which would revert our writes: "
                             "remove replicas from spec.topology, or use another pool"};
    if (annotation("cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size") != nullptr ||
        annotation("cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size") != nullptr)
      return api::Reason{
          api::Code::OwnedByClusterAutoscaler,
          what +
              " is sized by Cluster Autoscaler: use sizing.mode CapacityBuffer, or remove its annotations "
              "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size and -max-size"};
    if (annotation("cluster.x-k8s.io/replicas-managed-by") != nullptr)
      return api::Reason{api::Code::OwnedByOther,
                         what + " is sized by " +
                             text_at(object, {"metadata", "annotations", "cluster.x-k8s.io/replicas-managed-by"}) +
                             ": remove its annotation cluster.x-k8s.io/replicas-managed-by to have us size it"};
    return std::nullopt;
  }

  /// Lowering the size during a rollout may delete new machines, or leave the pool short of the machines that are still
  /// draining.
  [[nodiscard]] std::string rolling_of(const api::ScaleRef& ref, const Json& object) const override {
    const std::int64_t all = int_at(object, {"status", "replicas"});
    const std::optional<std::int64_t> updated = up_to_date(object);
    if (!says_rolling(object) && updated.value_or(all) >= all) return "";
    return ref.to_string() + " replaces its machines" +
           (updated ? " (" + std::to_string(*updated) + " of " + std::to_string(all) + " up to date)" : "") +
           ": no node is given back until it has";
  }

 private:
  /// Reads the scale and the machines, and chooses the marks. A raise waits for no list.
  Result<Marks> marks_for(const api::AcceleratorPool& pool, const std::string& path, const ports::SizeWrite& write,
                          const std::set<std::string>& busy, Millis deadline) {
    const std::string of = pool.spec.scale_ref->to_string(), what = "machines of " + of;
    auto answers = transport_.send_all({get_request(path), list_node_requests(node_requests(pool))}, deadline);
    const Result<Scale> scale = scale_in(std::move(answers[0]));
    if (!scale) return scale.error().in("scale of " + of);
    const bool lowers = write.to < scale->spec_replicas;
    const Result<Json> list = document(std::move(answers[1]));
    if (!list && lowers) return list.error().in(what);
    if (!list) return Marks{};
    if (lowers && scale->resource_version != write.version)
      return Error{ErrorKind::Conflict, "scale of " + of + " was written since it was read", {}};
    return marks_of(machines_from(*list, busy), *scale, write, what);
  }

  [[nodiscard]] std::vector<Machine> machines_from(const Json& list, const std::set<std::string>& busy) const {
    std::vector<Machine> machines;
    for (const Json& object : list_at(list, {"items"})) {
      const ports::NodeRequest request = node_request_from(object);
      if (request.deleting) continue;
      machines.push_back({request.name, request.node,
                          find_at(object, {"metadata", "annotations", kDeleteMark}) != nullptr, request.marked,
                          busy.count(request.node) > 0});
    }
    std::sort(machines.begin(), machines.end(), [](const auto& a, const auto& b) { return a.order() < b.order(); });
    return machines;
  }

  Status set(const api::ScaleRef& ref, const std::vector<std::string>& machines, bool marked, Millis deadline) {
    for (const std::string& name : machines) {
      const http::Request request =
          merge_patch_request(object_path(machines_of(ref), {ref.ns, name}), mark_patch(marked));
      const Result<Json> written = document(transport_.send(request, deadline));
      if (!written) return written.error().in("machine " + name);
    }
    return done;
  }

  /// Ignores errors: the next write tries again.
  void take_off(const api::ScaleRef& ref, const std::vector<std::string>& machines, Millis deadline) {
    for (const std::string& name : machines) std::ignore = set(ref, {name}, false, deadline);
  }
};

}  // namespace

std::unique_ptr<Actuator> machine_deployment(const ActuatorPorts& ports) {
  return std::make_unique<MachineDeployment>(ports);
}

}  // namespace aia::kube
