// See request.h.
#include "controller/kube/request.h"

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
  return request("POST", with_query(std::move(path), {{"fieldManager", api::kFieldManager}}), "application/json", body);
}

http::Request update_request(std::string path, const Json& body) {
  return request("PUT", with_query(std::move(path), {{"fieldManager", api::kFieldManager}}), "application/json", body);
}

http::Request list_request(const Resource& resource, const std::string& ns, int limit,
                           const std::string& continue_token, const std::string& selector) {
  Query query{{"limit", std::to_string(limit)}};
  if (!selector.empty()) query.emplace_back("labelSelector", selector);
  if (!continue_token.empty()) query.emplace_back("continue", continue_token);
  return get_request(with_query(collection_path(resource, ns), query));
}

http::Request watch_request(const Resource& resource, const std::string& ns, const std::string& resource_version,
                            std::chrono::seconds timeout) {
  return get_request(with_query(collection_path(resource, ns), {{"watch", "1"},
                                                                {"allowWatchBookmarks", "true"},
                                                                {"resourceVersion", resource_version},
                                                                {"timeoutSeconds", std::to_string(timeout.count())}}));
}

http::Request merge_patch_request(std::string path, const Json& body) {
  return request("PATCH", with_query(std::move(path), {{"fieldManager", api::kFieldManager}}),
                 "application/merge-patch+json", body);
}

http::Request apply_request(std::string path, const Json& body) {
  return request("PATCH", with_query(std::move(path), {{"fieldManager", api::kFieldManager}, {"force", "true"}}),
                 "application/apply-patch+yaml", body);
}

}  // namespace aia::kube
