// Signs requests to AWS with Signature Version 4. The signature is an HMAC over the request, made with a secret that is
// never sent. Amazon Managed Service for Prometheus accepts no other credentials for queries. Pure functions. Source:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html; why we sign ourselves:
// docs/decisions/0020.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "controller/http/transport.h"

namespace aia::prometheus {

struct AwsCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;        ///< of a session; empty: the credentials of a user
  std::optional<WallTime> expires;  ///< unset: never
};

/// Region and service for which a signature is valid.
struct SigningScope {
  std::string region;   ///< "eu-central-1"
  std::string service;  ///< "aps"
};

/// The headers that sign `request` exactly as sent: Authorization, X-Amz-Date, and X-Amz-Security-Token for a session.
/// `host` is the value of the Host header. AWS accepts the signature for about five minutes around `now`.
http::Headers sign(const http::Request& request, const std::string& host, const AwsCredentials& credentials,
                   const SigningScope& scope, WallTime now);

}  // namespace aia::prometheus
