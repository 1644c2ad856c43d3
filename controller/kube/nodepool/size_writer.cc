// To lower a scale, removes our marks from machines that stay, marks the machines that go, then patches the scale. The
// order matters: Cluster API deletes marked machines first, whoever lowers the scale. See size_writer.h.
#include "controller/kube/nodepool/size_writer.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"
#include "controller/kube/client/scale.h"
#include "controller/kube/nodepool/node_request.h"

namespace aia::kube {
namespace {

struct Machine {
  std::string name, node;
  bool marked = false, ours = false, busy = false;
  /// Machines to delete come first: marked, then idle; among these machines without a node, because no work is lost.
  [[nodiscard]] auto order() const { return std::make_tuple(!marked, busy, !node.empty(), name); }
};

std::vector<Machine> machines_from(const Json& list, const std::set<std::string>& busy) {
  std::vector<Machine> machines;
  for (const Json& object : list_at(list, {"items"})) {
    const ports::NodeRequest request = node_request_from_json(object);
    if (request.deleting) continue;
    machines.push_back({request.name, request.node,
                        find_at(object, {"metadata", "annotations", kDeleteMark}) != nullptr, request.marked,
                        busy.count(request.node) > 0});
  }
  std::sort(machines.begin(), machines.end(), [](const auto& a, const auto& b) { return a.order() < b.order(); });
  return machines;
}

Json mark_patch(bool marked) {
  const Json yes = marked ? Json("yes") : Json(nullptr), ours = marked ? Json("true") : Json(nullptr);
  return {{"metadata", {{"annotations", {{kDeleteMark, yes}, {kOurMark, ours}}}}}};
}

}  // namespace

Status SizeWriter::write(const api::AcceleratorPool& pool, const ports::SizeWrite& write,
                         const std::set<std::string>& busy, Millis deadline) {
  if (!pool.spec.scale_ref) return Error{ErrorKind::Invalid, "pool " + pool.meta.name + " has no scaleRef", {}};
  const api::ScaleRef& ref = *pool.spec.scale_ref;
  const std::vector<Result<Resource>> resources = discovery_.scale_resources(std::vector{scaled_kind(ref)}, deadline);
  if (!resources.front()) return resources.front().error();
  const std::string path = object_path(*resources.front(), {ref.ns, ref.name}, "scale");
  const http::Request patch = merge_patch_request(path, scale_patch(write.to, write.version));
  Marks marks;
  if (is_machine_deployment(ref)) {
    Result<Marks> found = marks_for(ref, path, write, busy, deadline);
    if (!found) return found.error();
    marks = std::move(*found);
  }
  if (!marks.refusal.empty()) {
    take_off(ref, marks.off, deadline);
    return Error{ErrorKind::Conflict, marks.refusal, {}};
  }
  // A mark left on a machine that stays would make the next scale-down delete this machine, whoever lowers the scale.
  Status outcome = marks.lowers ? set(ref, marks.off, false, deadline) : done;
  if (outcome) outcome = set(ref, marks.on, true, deadline);
  if (outcome) {
    const Result<Json> written = document(transport_.send(patch, deadline));
    if (!written) outcome = written.error().in("scale of " + ref.to_string());
    // The scale may have been lowered in spite of the error, and then Cluster API needs the marks, or would delete
    // machines at random. If the scale was not lowered, the next write removes the marks.
    if (!written && written.error().outcome_unknown()) return outcome;
  }
  if (!outcome)
    take_off(ref, marks.on, deadline);
  else if (!marks.lowers)
    take_off(ref, marks.off, deadline);
  return outcome;
}

/// Chooses the machines to mark: as many idle machines as the size is lowered by, including machines marked before. Our
/// mark comes off a machine that became busy or need not go any more. A foreign mark on a busy machine refuses the
/// write, because Cluster API would drain this machine.
Result<SizeWriter::Marks> SizeWriter::marks_for(const api::ScaleRef& ref, const std::string& scale_path,
                                                const ports::SizeWrite& write, const std::set<std::string>& busy,
                                                Millis deadline) {
  const std::string what = "machines of " + ref.to_string();
  api::AcceleratorPool of;  // only scale_ref, which is enough for the list
  of.spec.scale_ref = ref;
  auto answers = transport_.send_all({get_request(scale_path), list_node_requests(of)}, deadline);
  const Result<Json> object = document(std::move(answers[0]));
  const Result<Scale> scale = object ? scale_from_json(*object) : Result<Scale>(object.error());
  if (!scale) return scale.error().in("scale of " + ref.to_string());
  Marks marks;
  marks.lowers = write.to < scale->spec_replicas;
  const Result<Json> list = document(std::move(answers[1]));
  if (!list && marks.lowers) return list.error().in(what);
  if (!list) return marks;
  if (marks.lowers && scale->resource_version != write.version)
    return Error{ErrorKind::Conflict, "scale of " + ref.to_string() + " was written since it was read", {}};

  const std::vector<Machine> machines = machines_from(*list, busy);
  // Machines that do not exist yet need no mark. Existing machines that the list lacks count as busy. While an earlier
  // scale-down is under way its marks stay.
  int to_go = std::max(static_cast<int>(machines.size()), scale->status_replicas) - write.to;
  for (const Machine& machine : machines) {
    const bool stays = machine.busy && !write.drains;
    if (marks.lowers && stays && machine.marked && !machine.ours)
      marks.refusal = "machine " + machine.name + " has somebody else's annotation " + kDeleteMark + ", and its node " +
                      machine.node + " is busy: nothing is lowered";
    const bool goes = !stays && to_go > 0;
    if (goes) --to_go;
    if (goes && !machine.marked && marks.lowers) marks.on.push_back(machine.name);
    if (!goes && machine.ours) marks.off.push_back(machine.name);
  }
  if (to_go > 0 && marks.lowers && marks.refusal.empty())
    marks.refusal = what + ": " + std::to_string(to_go) + " too few are idle to go";
  return marks;
}

Status SizeWriter::set(const api::ScaleRef& ref, const std::vector<std::string>& machines, bool marked,
                       Millis deadline) {
  for (const std::string& name : machines) {
    const http::Request request =
        merge_patch_request(object_path(machines_of(ref), {ref.ns, name}), mark_patch(marked));
    const Result<Json> written = document(transport_.send(request, deadline));
    if (!written) return written.error().in("machine " + name);
  }
  return done;
}

/// Ignores errors: the next write tries again.
void SizeWriter::take_off(const api::ScaleRef& ref, const std::vector<std::string>& machines, Millis deadline) {
  for (const std::string& name : machines) std::ignore = set(ref, {name}, false, deadline);
}

}  // namespace aia::kube
