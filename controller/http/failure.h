// What went wrong on the wire, by the step that failed, and the words for it. The step decides what the transport may
// do (a request that never left may be sent again, a PATCH that may have arrived never is) and what the engineer looks
// at first. Source: the steps of an HTTP/1.1 exchange; the texts of errors come from OpenSSL and the operating system.
#pragma once

#include <string>

#include "base/result.h"

namespace aia::http {

enum class Step {
  Setup,      ///< nothing was tried: a credential file, a header
  Resolve,    ///< DNS
  Connect,    ///< TCP
  Handshake,  ///< TLS, certificates included
  NeverSent,  ///< the kept-alive connection was already closed: no complete request left, or one that may be repeated
  Write,      ///< broke within the body: the request may have arrived
  Read,       ///< the request was written; no usable status line came
  Body,       ///< cut off within the answer
  Refused,    ///< the answer is none that can be used
  Limit,      ///< the answer is larger than allowed
};

struct Failure {
  Step step = Step::Setup;
  std::string detail;
};

/// "https://host:port: cannot connect: connection refused". Unavailable, or TooLarge.
Error to_error(const Failure& failure, const std::string& server);

}  // namespace aia::http
