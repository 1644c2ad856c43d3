// Signature Version 4: a request to an AWS service proves who sent it by an HMAC over what is sent, made with a secret
// that itself is not. Written for Amazon Managed Service for Prometheus, whose queries take nothing else. Pure.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html; why it is our
// own: docs/decisions/0020.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "controller/http/transport.h"

namespace aia::prometheus {

struct AwsCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;        ///< empty: they belong to a user, not to a session
  std::optional<WallTime> expires;  ///< unset: never
};

/// What a signature is good for.
struct SigningScope {
  std::string region;   ///< "eu-central-1"
  std::string service;  ///< "aps"
};

/// The headers that sign `request`, all of it as it will be sent: Authorization, X-Amz-Date, and X-Amz-Security-Token
/// for a session. `host` is the value of its Host header. A service takes the signature for some five minutes around
/// `now`.
http::Headers sign(const http::Request& request, const std::string& host, const AwsCredentials& credentials,
                   const SigningScope& scope, WallTime now);

}  // namespace aia::prometheus
