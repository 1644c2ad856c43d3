// Decodes owners and autoscalers from objects. No text of a reference is kept beyond 254 characters, because the API
// server does not bound their length. See owner.h.
#include "controller/kube/workload/owner.h"

#include <algorithm>

#include "controller/kube/client/resource.h"

namespace aia::kube {
namespace {

/// Longest text kept of a reference, in characters. A valid name has at most 253, so a cut name matches no object.
constexpr std::size_t kLongest = 254;

api::TargetRef scale_target(const Json& object) {
  const auto field = [&](const char* name) {
    return text_at(object, {"spec", "scaleTargetRef", name}).substr(0, kLongest);
  };
  return {field("apiVersion"), field("kind"), field("name")};
}

}  // namespace

bool Controller::is(std::string_view group, std::string_view of_kind) const {
  return kind == of_kind && split_api_version(api_version).first == group;
}

Controller controller_of(const Json& object) {
  for (const Json& owner : list_at(object, {"metadata", "ownerReferences"})) {
    if (!bool_at(owner, {"controller"})) continue;
    const auto field = [&](const char* name) { return text_at(owner, {name}).substr(0, kLongest); };
    return {field("apiVersion"), field("kind"), field("name"), field("uid")};
  }
  return {};
}

Trim owner_trim() {
  return {{"status"}, {"managedFields", "annotations"}};
}

HorizontalPodAutoscaler hpa_from_json(const Json& object) {
  const Json& owners = list_at(object, {"metadata", "ownerReferences"});
  const bool ours = std::any_of(owners.begin(), owners.end(), [](const Json& owner) {
    return split_api_version(text_at(owner, {"apiVersion"})).first == api::kGroup;
  });
  const Controller controller = controller_of(object);
  return {scale_target(object), ours, controller.is("keda.sh", "ScaledObject") ? controller.name : ""};
}

api::TargetRef target_of_scaled_object(const Json& object) {
  api::TargetRef target = scale_target(object);
  if (target.api_version.empty()) target.api_version = "apps/v1";
  if (target.kind.empty()) target.kind = "Deployment";
  return target;
}

bool same_object(const api::TargetRef& a, const api::TargetRef& b) {
  return a.kind == b.kind && a.name == b.name &&
         split_api_version(a.api_version).first == split_api_version(b.api_version).first;
}

/// A manager that changes the value takes the field from all other managers. Several managers own the field if they set
/// the same value. Then we count as the writer if we are among them, else the newest manager does.
std::string replicas_writer_of(const Json& object) {
  std::string writer;
  std::optional<WallTime> newest;
  for (const Json& entry : list_at(object, {"metadata", "managedFields"})) {
    if (find_at(entry, {"fieldsV1", "f:spec", "f:replicas"}) == nullptr) continue;
    std::string manager = text_at(entry, {"manager"});
    if (manager == api::kFieldManager) return "";
    const std::optional<WallTime> at = time_at(entry, {"time"});
    if (!writer.empty() && at <= newest) continue;  // an entry without a time is older than any other
    writer = std::move(manager), newest = at;
  }
  return writer;
}

}  // namespace aia::kube
