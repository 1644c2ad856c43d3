// Turns an answer of the API server into a JSON document or an Error. A failure comes as metav1.Status, in a response
// or in a watch's ERROR event. Proxies in between answer in plain text. Source:
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
#pragma once

#include "controller/http/transport.h"
#include "controller/kube/client/json.h"

namespace aia::kube {

/// The first 200 bytes of a foreign text, with spaces for control characters, for a message of one line.
std::string shown(const std::string& text);

/// The Error of a metav1.Status. `http_status` counts if the document has no code of 100 to 599.
Error error_of_status(const Json& status, int http_status);

/// The Error of a response other than 2xx: from its Status, else from its status code and the start of its text. Keeps
/// Retry-After.
Error error_of(const http::Response& response);

/// The body of a 2xx as JSON. Errors: those of the transport and of the server; Unavailable when the body is not JSON.
Result<Json> document(Result<http::Response> response);

/// True if a 404 names the object itself. Otherwise the path does not exist: the kind, its version or its subresource
/// is gone.
bool names_object(const http::Response& not_found, const std::string& name);

}  // namespace aia::kube
