// Requests to the API server, built without I/O: verb, path, query, content type and body of each call the client
// makes. Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "controller/http/transport.h"
#include "controller/kube/client/json.h"
#include "controller/kube/client/resource.h"

namespace aia::kube {

/// Largest JSON of an object. etcd accepts requests up to 1.5 MiB, and the JSON may be longer than the stored form.
inline constexpr std::size_t kMostObjectBytes = 4U << 20U;
/// Largest page of a list. The reader requests a larger page again with half as many objects.
inline constexpr std::size_t kMostPageBytes = 16U << 20U;

http::Request get_request(std::string path);
http::Request delete_request(std::string path);
http::Request create_request(std::string path, const Json& body);

/// Replaces the whole object. With a metadata.resourceVersion in the body the server answers 409 if the object changed
/// since.
http::Request update_request(std::string path, const Json& body);

/// A page of at most `limit` objects. `continue_token` comes from the previous page; empty for the first page.
/// `selector` selects by labels; empty: all objects. An empty `ns` means all namespaces.
http::Request list_request(const Resource& resource, const std::string& ns, int limit,
                           const std::string& continue_token, const std::string& selector = {});

/// Watches all changes after `resource_version`, bookmarks included. The server ends the watch after `timeout`.
http::Request watch_request(const Resource& resource, const std::string& ns, const std::string& resource_version,
                            std::chrono::seconds timeout);

/// JSON merge patch (RFC 7386). With a metadata.resourceVersion in the body the server answers 409 if the object
/// changed since.
http::Request merge_patch_request(std::string path, const Json& body);

/// Server-side apply as field manager "aiautoscaler"; takes over fields of other managers (force=true).
http::Request apply_request(std::string path, const Json& body);

}  // namespace aia::kube
