// What the API server answered, as a document or an Error. Failures come as metav1.Status, in a response or in a
// watch's ERROR event; proxies in between answer in plain text. Source:
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
#pragma once

#include "controller/http/transport.h"
#include "controller/kube/json.h"

namespace aia::kube {

/// The start of a text that somebody else wrote, without control characters, for a message of one line.
std::string shown(const std::string& text);

/// What a metav1.Status means to the caller. `http_status` counts where the document carries no code.
Error error_of_status(const Json& status, int http_status);

/// What a response that is not 2xx means: its Status, else its status code and the start of its text. Retry-After kept.
Error error_of(const http::Response& response);

/// The body of a 2xx as JSON. Errors: those of the transport and of the server; Unavailable when the body is not JSON.
Result<Json> document(Result<http::Response> response);

/// True if a 404 names the object itself. Otherwise the path does not exist: the kind, its version or its subresource
/// went.
bool names_object(const http::Response& not_found, const std::string& name);

}  // namespace aia::kube
