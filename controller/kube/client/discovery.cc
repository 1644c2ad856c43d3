// Decides under the lock which versions to ask, asks them without the lock in one batch, then answers from the kept
// documents. When a request fails, the document kept before stays for a later call.
#include "controller/kube/client/discovery.h"

#include <algorithm>
#include <set>

#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"

namespace aia::kube {

namespace {

/// Whether `api_version` leads to the path of exactly one group and version.
bool has_path(const std::string& api_version) {
  const auto [group, version] = split_api_version(api_version);
  return is_segment(version) && (is_segment(group) || api_version.find('/') == std::string::npos);
}

Error too_many(const std::string& api_version) {
  return {ErrorKind::Timeout,
          "discovery of " + api_version + ": waits for a later cycle, because more than " +
              std::to_string(Discovery::kMostAsked) +
              " API versions are asked about at a time; look for AIAutoscalers whose scaleTargetRef.apiVersion is not "
              "served",
          {}};
}

}  // namespace

ServedKinds served_kinds(const Json& resource_list) {
  ServedKinds served;
  std::set<std::string> with_scale;
  for (const Json& resource : list_at(resource_list, {"resources"})) {
    const std::string name = text_at(resource, {"name"});
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos) {
      served.insert_or_assign(text_at(resource, {"kind"}), ServedKind{name, bool_at(resource, {"namespaced"}), false});
    } else if (name.substr(slash) == "/scale") {
      with_scale.insert(name.substr(0, slash));
    }
  }
  for (auto& [kind, resource] : served) resource.has_scale = with_scale.count(resource.plural) > 0;
  return served;
}

ScaledKind scaled_kind(const api::TargetRef& target) {
  return {target.api_version, target.kind, target.name, ScaledKind::In::TargetNamespace};
}

ScaledKind scaled_kind(const api::ScaleRef& ref) {
  return {ref.api_version, ref.kind, ref.name,
          ref.ns.empty() ? ScaledKind::In::Cluster : ScaledKind::In::NamedNamespace};
}

Result<Resource> scale_resource_in(const ServedKinds& served, const ScaledKind& wanted) {
  const auto invalid = [&](const char* why) {
    return Error{ErrorKind::Invalid, "apiVersion " + wanted.api_version + ", kind " + wanted.kind + " " + why, {}};
  };
  const auto [group, version] = split_api_version(wanted.api_version);
  if (!has_path(wanted.api_version)) return invalid("has an apiVersion that is none: write e.g. apps/v1");
  if (!is_segment(wanted.name)) return invalid("is named as no object can be: empty, . or ..");
  const auto found = served.find(wanted.kind);
  if (found == served.end()) return invalid("is not served by this cluster");
  if (found->second.namespaced && wanted.in == ScaledKind::In::Cluster)
    return invalid("is namespaced: set scaleRef.namespace");
  if (!found->second.namespaced && wanted.in == ScaledKind::In::NamedNamespace)
    return invalid("is cluster-scoped: remove scaleRef.namespace");
  if (!found->second.namespaced && wanted.in == ScaledKind::In::TargetNamespace)
    return invalid("is cluster-scoped: a target must be in the AIAutoscaler's namespace");
  if (!found->second.has_scale) return invalid("has no scale subresource");
  if (!is_segment(found->second.plural)) return invalid("is served under no name");
  return Resource{group, version, found->second.plural};
}

std::vector<Result<Resource>> Discovery::scale_resources(const std::vector<ScaledKind>& kinds, Millis deadline) {
  std::vector<std::string> unknown;
  std::map<std::string, Error> failed;
  {
    const std::scoped_lock lock(mutex_);
    std::set<std::string> seen;
    for (const ScaledKind& kind : kinds) {
      if (!has_path(kind.api_version)) continue;
      if (!must_ask(kind.api_version, scale_resource_in(kinds_of(kind.api_version), kind).ok(), kLongestNo)) continue;
      if (!seen.insert(kind.api_version).second) continue;
      if (unknown.size() < kMostAsked)
        unknown.push_back(kind.api_version);
      else
        failed.emplace(kind.api_version, too_many(kind.api_version));
    }
  }
  failed.merge(ask(unknown, deadline));

  std::vector<Result<Resource>> answers;
  answers.reserve(kinds.size());
  const std::scoped_lock lock(mutex_);
  for (const ScaledKind& kind : kinds) {
    const auto problem = failed.find(kind.api_version);
    if (problem != failed.end()) {
      answers.emplace_back(problem->second);
    } else {
      answers.push_back(scale_resource_in(kinds_of(kind.api_version), kind));
    }
  }
  return answers;
}

std::vector<Result<Resource>> Discovery::scale_resources(const std::vector<api::TargetRef>& targets, Millis deadline) {
  std::vector<ScaledKind> kinds;
  for (const api::TargetRef& target : targets) kinds.push_back(scaled_kind(target));
  return scale_resources(kinds, deadline);
}

Result<std::optional<Resource>> Discovery::first_served(const std::vector<std::string>& api_versions,
                                                        const std::string& kind, Millis deadline) {
  std::vector<std::string> unknown;
  {
    const std::scoped_lock lock(mutex_);
    for (const std::string& api_version : api_versions) {
      if (must_ask(api_version, kinds_of(api_version).count(kind) > 0, keep_no_)) unknown.push_back(api_version);
    }
  }
  const std::map<std::string, Error> failed = ask(unknown, deadline);
  const std::scoped_lock lock(mutex_);
  for (const std::string& api_version : api_versions) {
    if (const auto problem = failed.find(api_version); problem != failed.end()) return problem->second;
    const ServedKinds& served = kinds_of(api_version);
    const auto found = served.find(kind);
    if (found == served.end()) continue;
    const auto [group, version] = split_api_version(api_version);
    return std::optional(Resource{group, version, found->second.plural});
  }
  return std::optional<Resource>{};
}

void Discovery::forget(const std::string& api_version) {
  const std::scoped_lock lock(mutex_);
  known_.erase(api_version);
}

/// A served kind is never asked for again; a missing kind is after min(keep_no, longest_no).
bool Discovery::must_ask(const std::string& api_version, bool found, Millis longest_no) const {
  const auto known = known_.find(api_version);
  if (known == known_.end()) return true;
  return !found && clock_.steady() - known->second.asked_at >= std::min(known->second.keep_no, longest_no);
}

const ServedKinds& Discovery::kinds_of(const std::string& api_version) {
  static const ServedKinds none;
  const auto known = known_.find(api_version);
  if (known == known_.end()) return none;
  known->second.used_at = clock_.steady();
  return known->second.kinds;
}

/// Keeps the answer and drops versions unused for ten minutes. Where there is no room, versions that are not served go
/// first, then those unused for longest. The wait doubles, up to kLongestNo, each time that a version is again not
/// served.
void Discovery::remember(const std::string& api_version, ServedKinds kinds) {
  constexpr Millis kKept = std::chrono::minutes(10);
  const Millis now = clock_.steady();
  std::erase_if(known_, [&](const auto& entry) { return now - entry.second.used_at > kKept; });
  const auto goes_first = [](const auto& a, const auto& b) {
    const bool served_a = !a.second.kinds.empty(), served_b = !b.second.kinds.empty();
    return served_a != served_b ? served_b : a.second.used_at < b.second.used_at;
  };
  if (known_.size() >= kMost && !known_.contains(api_version))
    known_.erase(std::min_element(known_.begin(), known_.end(), goes_first));
  const auto [at, added] = known_.try_emplace(api_version);
  const bool no_again = !added && at->second.kinds.empty() && kinds.empty();
  const Millis keep_no = no_again ? std::min(2 * at->second.keep_no, kLongestNo) : keep_no_;
  at->second = {std::move(kinds), now, keep_no, now};
}

/// Asks and keeps the answers. Returns the errors of the versions without an answer, whose kept documents stay.
std::map<std::string, Error> Discovery::ask(const std::vector<std::string>& api_versions, Millis deadline) {
  std::map<std::string, Error> failed;
  if (api_versions.empty()) return failed;
  std::vector<http::Request> requests;
  for (const std::string& api_version : api_versions) {
    const auto [group, version] = split_api_version(api_version);
    requests.push_back(get_request(version_path(group, version)));
  }
  std::vector<Result<http::Response>> responses = transport_.send_all(requests, deadline);
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; i < api_versions.size(); ++i) {
    const Result<Json> list = document(std::move(responses[i]));
    if (list) {
      remember(api_versions[i], served_kinds(*list));
    } else if (list.error().kind == ErrorKind::NotFound) {
      remember(api_versions[i], {});
    } else {
      failed.emplace(api_versions[i], list.error().in("discovery of " + api_versions[i]));
    }
  }
  return failed;
}

}  // namespace aia::kube
