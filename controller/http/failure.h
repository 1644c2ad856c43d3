// A failure on the wire: the step that failed, and the words for this step. The step decides what the transport may do:
// a request that never left may be sent again, a PATCH that may have arrived may not. The step also tells the engineer
// where to look first. Source: the steps of an HTTP/1.1 exchange; the texts of errors come from OpenSSL and the
// operating system.
#pragma once

#include <string>

#include "base/result.h"

namespace aia::http {

enum class Step {
  Setup,      ///< nothing was sent: a credential file or a header is bad
  Resolve,    ///< DNS
  Connect,    ///< TCP
  Handshake,  ///< TLS, certificates included
  NeverSent,  ///< the kept-alive connection was closed: no complete request left, or only a read
  Write,      ///< the connection broke while the request was sent: the request may have arrived
  Read,       ///< the request was sent; no usable status line arrived
  Body,       ///< the answer was cut off
  Refused,    ///< the answer cannot be used
  Limit,      ///< the answer is larger than allowed
};

struct Failure {
  Step step = Step::Setup;
  std::string detail;
};

/// The error "https://host:port: cannot connect: connection refused". Its kind is Unavailable, or TooLarge for
/// Step::Limit.
Error to_error(const Failure& failure, const std::string& server);

}  // namespace aia::http
