// See discovery.h.
#include "controller/kube/discovery.h"

#include <set>

#include "controller/kube/request.h"
#include "controller/kube/response.h"

namespace aia::kube {

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

Result<Resource> scale_resource_in(const ServedKinds& served, const api::TargetRef& target) {
  const auto invalid = [&](const char* why) {
    return Error{ErrorKind::Invalid, "apiVersion " + target.api_version + ", kind " + target.kind + " " + why, {}};
  };
  const auto found = served.find(target.kind);
  if (found == served.end()) return invalid("is not served by this cluster");
  if (!found->second.namespaced) return invalid("is cluster-scoped: a target must be in the AIAutoscaler's namespace");
  if (!found->second.has_scale) return invalid("has no scale subresource");
  const auto [group, version] = split_api_version(target.api_version);
  return Resource{group, version, found->second.plural};
}

std::vector<Result<Resource>> Discovery::scale_resources(const std::vector<api::TargetRef>& targets, Millis deadline) {
  std::set<std::string> unknown;
  {
    const std::scoped_lock lock(mutex_);
    for (const api::TargetRef& target : targets) {
      if (must_ask(target)) unknown.insert(target.api_version);
    }
  }
  const std::map<std::string, Error> failed = ask({unknown.begin(), unknown.end()}, deadline);

  std::vector<Result<Resource>> answers;
  answers.reserve(targets.size());
  const std::scoped_lock lock(mutex_);
  for (const api::TargetRef& target : targets) {
    const auto known = known_.find(target.api_version);
    const auto problem = failed.find(target.api_version);
    if (problem != failed.end()) {
      answers.emplace_back(problem->second);
    } else {
      answers.push_back(scale_resource_in(known == known_.end() ? ServedKinds{} : known->second.kinds, target));
    }
  }
  return answers;
}

void Discovery::forget(const std::string& api_version) {
  const std::scoped_lock lock(mutex_);
  known_.erase(api_version);
}

bool Discovery::must_ask(const api::TargetRef& target) const {
  const auto known = known_.find(target.api_version);
  if (known == known_.end()) return true;
  if (scale_resource_in(known->second.kinds, target)) return false;
  return clock_.steady() - known->second.asked_at >= keep_no_;
}

/// Asks and remembers; what could not be answered is returned, and what was known of it is kept.
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
      known_.insert_or_assign(api_versions[i], Known{served_kinds(*list), clock_.steady()});
    } else if (list.error().kind == ErrorKind::NotFound) {
      known_.insert_or_assign(api_versions[i], Known{{}, clock_.steady()});
    } else {
      failed.emplace(api_versions[i], list.error().in("discovery of " + api_versions[i]));
    }
  }
  return failed;
}

}  // namespace aia::kube
