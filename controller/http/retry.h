// What may be sent again, and when: a read whenever the answer was a failure that can pass; a mutation only when it
// surely was not acted on, because no connection came to be or because the server said so (429). Pure; the transport
// keeps the deadline. Source: RFC 9110, 9.2.2 and 10.2.3; Kubernetes answers 429 before it acts.
#pragma once

#include <optional>

#include "controller/http/backoff.h"
#include "controller/http/failure.h"
#include "controller/http/transport.h"

namespace aia::http {

/// Whether it changes nothing at the server, so that it may be sent again at any time.
bool is_read(const Request& request);

/// Whether `request` may be sent again after no answer came, or one with `status`.
bool may_retry(const Request& request, const Failure& failure);
bool may_retry(const Request& request, int status);

/// How long the server asks to wait, in whole seconds (the form with a date is not used by API servers).
std::optional<Millis> retry_after(const Response& response);

}  // namespace aia::http
