// Builds API paths from percent-encoded segments. An empty segment, "." or ".." would lead to another object, so
// building such a path is a broken invariant. See resource.h.
#include "controller/kube/client/resource.h"

#include "base/invariant.h"
#include "controller/http/url.h"

namespace aia::kube {

namespace {

/// A slash and the percent-encoded segment. Readers refuse texts that cannot be a segment before they get here
/// (api/validate.h, discovery.h).
std::string segment(std::string_view text) {
  ensure(is_segment(text), "a part of an API path is empty, . or .., which would be another path");
  return "/" + http::percent_encode(text);
}

}  // namespace

bool is_segment(std::string_view text) {
  return !text.empty() && text != "." && text != "..";
}

std::pair<std::string, std::string> split_api_version(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return {"", std::string(api_version)};
  return {std::string(api_version.substr(0, slash)), std::string(api_version.substr(slash + 1))};
}

std::string version_path(std::string_view group, std::string_view version) {
  if (group.empty()) return "/api" + segment(version);
  return "/apis" + segment(group) + segment(version);
}

std::string collection_path(const Resource& resource, std::string_view ns) {
  std::string path = version_path(resource.group, resource.version);
  if (!ns.empty()) path += "/namespaces" + segment(ns);
  return path + segment(resource.plural);
}

std::string object_path(const Resource& resource, const api::ObjectKey& key, std::string_view subresource) {
  std::string path = collection_path(resource, key.ns) + segment(key.name);
  if (!subresource.empty()) path += segment(subresource);
  return path;
}

}  // namespace aia::kube
