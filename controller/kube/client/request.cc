// Each write carries fieldManager=aiautoscaler, so that managedFields show our fields. Reads of objects and list pages
// carry the largest accepted size of the answer. See request.h.
#include "controller/kube/client/request.h"

#include "controller/http/url.h"

namespace aia::kube {
namespace {

http::Request request(const char* method, std::string target) {
  return {method, std::move(target), {{"Accept", "application/json"}}, {}};
}

http::Request request(const char* method, std::string target, const char* content_type, const Json& body) {
  http::Request made = request(method, std::move(target));
  made.headers.emplace_back("Content-Type", content_type);
  made.body = dump_json(body);
  return made;
}

/// Adds our field manager, which the API server records in metadata.managedFields.
std::string as_us(const std::string& path) {
  return http::Query().add("fieldManager", api::kFieldManager).after(path);
}

}  // namespace

http::Request get_request(std::string path) {
  http::Request made = request("GET", std::move(path));
  made.max_body_bytes = kMostObjectBytes;
  return made;
}

http::Request delete_request(std::string path) {
  return request("DELETE", std::move(path));
}

http::Request create_request(std::string path, const Json& body) {
  return request("POST", as_us(path), "application/json", body);
}

http::Request update_request(std::string path, const Json& body) {
  return request("PUT", as_us(path), "application/json", body);
}

http::Request list_request(const Resource& resource, const std::string& ns, int limit,
                           const std::string& continue_token, const std::string& selector) {
  http::Query query;
  query.add("limit", std::to_string(limit));
  if (!selector.empty()) query.add("labelSelector", selector);
  if (!continue_token.empty()) query.add("continue", continue_token);
  http::Request made = request("GET", query.after(collection_path(resource, ns)));
  made.max_body_bytes = kMostPageBytes;
  return made;
}

http::Request watch_request(const Resource& resource, const std::string& ns, const std::string& resource_version,
                            std::chrono::seconds timeout) {
  http::Query query;
  query.add("watch", "1").add("allowWatchBookmarks", "true").add("resourceVersion", resource_version);
  query.add("timeoutSeconds", std::to_string(timeout.count()));
  return request("GET", query.after(collection_path(resource, ns)));
}

http::Request merge_patch_request(std::string path, const Json& body) {
  return request("PATCH", as_us(path), "application/merge-patch+json", body);
}

http::Request apply_request(std::string path, const Json& body) {
  return request("PATCH", as_us(path) + "&force=true", "application/apply-patch+yaml", body);
}

}  // namespace aia::kube
