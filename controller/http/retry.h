// Which requests may be sent again, and when. A read may be sent again after any failure that can pass. A mutation may
// be sent again only if the server surely did not act: the request never left, or the server answered 429. These
// functions are pure; the transport keeps the deadline. Source: RFC 9110, 9.2.2 and 10.2.3; Kubernetes answers 429
// before acting.
#pragma once

#include <optional>

#include "controller/http/backoff.h"
#include "controller/http/failure.h"
#include "controller/http/transport.h"

namespace aia::http {

/// Whether `request` changes nothing at the server, and so may be sent again at any time.
bool is_read(const Request& request);

/// Whether `request` may be sent again after `failure`, or after an answer with `status`.
bool may_retry(const Request& request, const Failure& failure);
bool may_retry(const Request& request, int status);

/// The wait requested by the server's Retry-After, in whole seconds, an hour at most. API servers do not use the form
/// with a date.
std::optional<Millis> retry_after(const Response& response);

}  // namespace aia::http
