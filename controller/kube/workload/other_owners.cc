// Lists at most 10,000 ScaledObjects through discovery and keeps the last good list. A failed list keeps the old
// objects and sets `problem_`; Forbidden clears them. A missing KEDA is no problem. The writer of spec.replicas is the
// newest field manager of managedFields that holds the field.
#include "controller/kube/workload/other_owners.h"

#include <algorithm>

#include "controller/kube/client/controller_ref.h"
#include "controller/kube/client/resource.h"
#include "controller/kube/watch/list.h"

namespace aia::kube {
namespace {

constexpr const char* kApi = "keda.sh/v1alpha1";

api::TargetRef scale_target(const Json& object) {
  const auto field = [&](const char* name) {
    return text_at(object, {"spec", "scaleTargetRef", name}).substr(0, kLongestReference);
  };
  return {field("apiVersion"), field("kind"), field("name")};
}

}  // namespace

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

void ScaledObjects::refresh(Millis deadline) {
  constexpr Millis kKept = std::chrono::seconds(30);
  const Millis now = clock_.steady();
  {
    const std::scoped_lock lock(mutex_);
    if (tried_at_ && now - *tried_at_ < kKept) return;
    tried_at_ = now;
  }
  const Result<std::optional<Resource>> served = discovery_.first_served({kApi}, "ScaledObject", deadline);
  std::vector<One> found;
  Status outcome = served ? Status(done) : Status(served.error());
  if (served && *served) outcome = list(**served, std::max(deadline - (clock_.steady() - now), Millis(1)), found);
  if (!outcome && outcome.error().kind == ErrorKind::NotFound) discovery_.forget(kApi), outcome = done;
  const std::scoped_lock lock(mutex_);
  const bool stands = outcome || outcome.error().kind == ErrorKind::Forbidden || !found.empty();
  if (stands) all_ = std::move(found);
  problem_ = outcome ? "" : "KEDA's ScaledObjects are not all seen: " + outcome.error().message;
}

void ScaledObjects::look_first(Millis deadline) {
  {
    const std::scoped_lock lock(mutex_);
    if (tried_at_) return;
  }
  refresh(deadline);
}

/// Fills `found` if the list is complete. Beyond the limit of objects, `found` holds the objects up to the limit, and
/// the result is an Error. Any other Error leaves `found` empty.
Status ScaledObjects::list(const Resource& resource, Millis deadline, std::vector<One>& found) const {
  constexpr int kMost = 10'000;
  struct Collected : ChangeSink {
    std::vector<One> all;
    void apply(const Change& change) override {
      if (std::holds_alternative<ListBegan>(change)) all.clear();
      if (const auto* one = std::get_if<Listed>(&change))
        all.push_back({key_of(one->object), target_of_scaled_object(one->object)});
    }
  } listed;
  WatcherOptions what;
  what.resource = resource;
  what.ns = ns_;
  what.trim = owner_trim();
  what.most_objects = kMost;
  const Millis began = clock_.steady();
  const Status outcome = list_into(listed, transport_, clock_, what,
                                   [&] { return std::max(deadline - (clock_.steady() - began), Millis(1)); });
  if (outcome || listed.all.size() >= static_cast<std::size_t>(kMost)) found = std::move(listed.all);
  return outcome;
}

std::vector<std::string> ScaledObjects::that_scale(const std::string& ns, const api::TargetRef& target) const {
  std::vector<std::string> names;
  const std::scoped_lock lock(mutex_);
  for (const One& one : all_)
    if (one.key.ns == ns && same_object(one.target, target)) names.push_back(one.key.name);
  return names;
}

std::string ScaledObjects::problem() const {
  const std::scoped_lock lock(mutex_);
  return problem_;
}

}  // namespace aia::kube
