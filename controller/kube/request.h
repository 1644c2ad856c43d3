// Requests to the API server, built without I/O: verb, path, query, content type and body of each call the client
// makes. Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "controller/http/transport.h"
#include "controller/kube/json.h"
#include "controller/kube/resource.h"

namespace aia::kube {

/// Of one object's JSON: etcd takes no request above 1.5 MiB, and JSON may be longer than what it keeps.
inline constexpr std::size_t kMostObjectBytes = 4U << 20U;
/// Of a page of a list; a page that is larger is asked for in halves.
inline constexpr std::size_t kMostPageBytes = 16U << 20U;

http::Request get_request(std::string path);
http::Request delete_request(std::string path);
http::Request create_request(std::string path, const Json& body);

/// Replaces the whole object; the metadata.resourceVersion in the body makes the server answer 409 when it changed
/// since.
http::Request update_request(std::string path, const Json& body);

/// One page of a list; `continue_token` as the page before gave it, empty for the first; `selector` of labels, empty:
/// all.
http::Request list_request(const Resource& resource, const std::string& ns, int limit,
                           const std::string& continue_token, const std::string& selector = {});

/// Everything after `resource_version`, bookmarks included; the server ends it after `timeout`.
http::Request watch_request(const Resource& resource, const std::string& ns, const std::string& resource_version,
                            std::chrono::seconds timeout);

/// RFC 7386. A metadata.resourceVersion in the body makes the server answer 409 when the object changed since.
http::Request merge_patch_request(std::string path, const Json& body);

/// Server-side apply as field manager "aiautoscaler", taking over fields that others set.
http::Request apply_request(std::string path, const Json& body);

}  // namespace aia::kube
