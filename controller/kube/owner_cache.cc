// See owner_cache.h.
#include "controller/kube/owner_cache.h"

#include <algorithm>

#include "controller/kube/request.h"
#include "controller/kube/resource.h"
#include "controller/kube/response.h"

namespace aia::kube {
namespace {

const char* plural_of(const Controller& of) {
  if (of.is("apps", "ReplicaSet")) return "replicasets";
  if (of.is("apps", "Deployment")) return "deployments";
  return of.is("apps", "StatefulSet") ? "statefulsets" : nullptr;
}

/// A name that is one: a pod's author writes the references, and anything else would be another path.
bool is_name(const std::string& text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  return !text.empty() && text.size() <= 253 && text.front() != '.' &&
         text.find_first_not_of(kAllowed) == std::string::npos;
}

KnownOwner known_from(Result<http::Response> response, const Controller& of) {
  const bool gone = response && response->status == 404 && names_object(*response, of.name);
  const Result<Json> object = document(std::move(response));
  if (gone) return {{}, true};
  if (!object) return {{}, false, object.error()};
  if (text_at(*object, {"metadata", "uid"}) != of.uid) return {{}, true};  // another one of its name
  return {controller_of(*object)};
}

}  // namespace

bool OwnerCache::can_read(const Controller& of) {
  return plural_of(of) != nullptr && is_name(of.name);
}

const KnownOwner* OwnerCache::find(const std::string& uid) {
  const auto found = known_.find(uid);
  if (found == known_.end()) return nullptr;
  found->second.used_at = clock_.steady();
  return &found->second;
}

void OwnerCache::read(const Wanted& wanted, Millis deadline) {
  std::vector<http::Request> requests;
  std::vector<const Controller*> asked;
  for (const auto& [uid, of] : wanted) {
    const bool room = known_.contains(uid) || known_.size() + requests.size() < kMost;
    if (!room || requests.size() >= kMostReads) continue;
    requests.push_back(get_request(object_path({"apps", "v1", plural_of(of.second)}, {of.first, of.second.name})));
    asked.push_back(&of.second);
  }
  if (requests.empty()) return;
  std::vector<Result<http::Response>> responses = transport_.send_all(requests, deadline);
  const Millis now = clock_.steady();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    KnownOwner answer = known_from(std::move(responses[i]), *asked[i]);
    const auto [at, added] = known_.try_emplace(asked[i]->uid);
    if (added || !answer.error || at->second.error) at->second = std::move(answer);
    at->second.asked_at = at->second.used_at = now;
  }
}

void OwnerCache::drop_unused() {
  constexpr Millis kKept = std::chrono::minutes(10);
  std::erase_if(known_, [&](const auto& entry) { return clock_.steady() - entry.second.used_at > kKept; });
}

}  // namespace aia::kube
