// See scaled_objects.h.
#include "controller/kube/scaled_objects.h"

#include "controller/kube/request.h"
#include "controller/kube/response.h"

namespace aia::kube {
namespace {

constexpr const char* kApi = "keda.sh/v1alpha1";

}  // namespace

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

/// What is beyond the limit is left out, which is an Error beside what was found; else nothing is found with one.
Status ScaledObjects::list(const Resource& resource, Millis deadline, std::vector<One>& found) const {
  constexpr int kPage = 500, kMostPages = 20;
  const Millis began = clock_.steady();
  std::vector<One> listed;
  std::string next;
  for (int page = 0; page < kMostPages; ++page) {
    const Millis left = std::max(deadline - (clock_.steady() - began), Millis(1));
    const Result<http::Response> answer = transport_.send(list_request(resource, ns_, kPage, next), left);
    if (!answer) return answer.error();
    if (answer->status != 200) return error_of(*answer);
    const std::optional<Json> objects = parse_json(answer->body, owner_trim(), Envelope::List);
    if (!objects || find_at(*objects, {"items"}) == nullptr)
      return Error{ErrorKind::Unavailable, "the answer to a list is not a list", {}};
    for (const Json& object : list_at(*objects, {"items"}))
      listed.push_back({key_of(object), target_of_scaled_object(object)});
    next = text_at(*objects, {"metadata", "continue"});
    if (next.empty()) break;
  }
  found = std::move(listed);
  if (next.empty()) return done;
  return Error{ErrorKind::Invalid, "there are more than " + std::to_string(kPage * kMostPages), {}};
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
