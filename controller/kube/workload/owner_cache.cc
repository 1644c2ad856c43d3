// Reads owners by GET, up to 1,000 side by side, and keys the answers by namespace and uid. When the cache is full, the
// namespace with the most entries loses an eighth of them, so that a namespace with many owners cannot evict those of
// smaller namespaces. See owner_cache.h.
#include "controller/kube/workload/owner_cache.h"

#include <algorithm>

#include "controller/api/validate.h"
#include "controller/kube/client/request.h"
#include "controller/kube/client/resource.h"
#include "controller/kube/client/response.h"
#include "controller/kube/workload/kind.h"

namespace aia::kube {
namespace {

/// Where the object is read; nullptr: objects of its kind are not read.
const Resource* resource_of(const Controller& of) {
  const std::optional<Resource>& resource = kind_of(of.api_version, of.kind).as_owner;
  return resource ? &*resource : nullptr;
}

KnownOwner known_from(Result<http::Response> response, const Controller& of) {
  const bool gone = response && response->status == 404 && names_object(*response, of.name);
  const Result<Json> object = document(std::move(response));
  if (gone) return {{}, true};
  if (!object) return {{}, false, object.error()};
  if (text_at(*object, {"metadata", "uid"}) != of.uid) return {{}, true};  // another object of the same name
  return {controller_of(*object)};
}

}  // namespace

bool OwnerCache::can_read(const Controller& of) {
  return resource_of(of) != nullptr && api::is_dns_name(of.name);
}

const KnownOwner* OwnerCache::find(const std::string& ns, const std::string& uid) {
  const auto found = known_.find({ns, uid});
  if (found == known_.end()) return nullptr;
  found->second.used_at = clock_.steady();
  return &found->second;
}

void OwnerCache::read(const std::vector<Wanted>& wanted, Millis deadline) {
  std::vector<http::Request> requests;
  std::vector<const Wanted*> asked;
  for (const Wanted& one : wanted) {
    if (requests.size() >= kMostReads) break;
    requests.push_back(get_request(object_path(*resource_of(one.of), {one.ns, one.of.name})));
    requests.back().tenant = one.ns;
    asked.push_back(&one);
  }
  if (requests.empty()) return;
  std::vector<Result<http::Response>> responses = transport_.send_all(requests, deadline);
  const Millis now = clock_.steady();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto& [ns, of] = *asked[i];
    KnownOwner answer = known_from(std::move(responses[i]), of);
    if (full() && !known_.contains({ns, of.uid}) && !make_room(ns)) continue;
    const auto [at, added] = known_.try_emplace({ns, of.uid});
    KnownOwner& known = at->second;
    if (added || !answer.error || known.error) known = std::move(answer);
    known.asked_at = known.used_at = now;
  }
}

/// Drops entries of the namespace with the most entries: the eighth that was used longest ago. Returns false, and drops
/// nothing, if `ns` has as many.
bool OwnerCache::make_room(const std::string& ns) {
  std::map<std::string, std::vector<decltype(known_)::iterator>> by_namespace;
  for (auto at = known_.begin(); at != known_.end(); ++at) by_namespace[at->first.first].push_back(at);
  const auto most = std::max_element(by_namespace.begin(), by_namespace.end(),
                                     [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  auto& kept = most->second;
  if (by_namespace[ns].size() >= kept.size()) return false;
  const auto last = kept.begin() + static_cast<std::ptrdiff_t>(kept.size() / 8);
  std::nth_element(kept.begin(), last, kept.end(),
                   [](const auto& a, const auto& b) { return a->second.used_at < b->second.used_at; });
  std::for_each(kept.begin(), last + 1, [&](const auto& at) { known_.erase(at); });
  return true;
}

void OwnerCache::drop_unused() {
  constexpr Millis kKept = std::chrono::minutes(10);
  std::erase_if(known_, [&](const auto& entry) { return clock_.steady() - entry.second.used_at > kKept; });
}

}  // namespace aia::kube
