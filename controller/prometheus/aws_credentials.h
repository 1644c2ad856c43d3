// Finds AWS credentials as AWS's SDKs do, in their order: environment variables, a role for the token of a
// ServiceAccount (IRSA), or a container endpoint (EKS Pod Identity, ECS). This file builds requests and reads answers
// without I/O, except for token files. Shared credential files and instance metadata are left out: in a cluster they
// give a pod the rights of its node. Source:
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
#pragma once

#include <string>

#include "controller/http/proxy.h"
#include "controller/http/transport.h"
#include "controller/prometheus/sigv4.h"

namespace aia::prometheus {

struct AwsCredentialsSource {
  enum class Kind { Fixed, WebIdentity, Container };
  Kind kind = Kind::Fixed;
  AwsCredentials fixed;      ///< of Fixed
  std::string url;           ///< base URL of STS or of the endpoint; only AWS_ENDPOINT_URL_STS may add a path prefix
  std::string target = "/";  ///< path and query of the request
  std::string token_file;    ///< read again for each request; Container may have none
  std::string token;         ///< Container without a token file; empty: no token
  std::string role_arn;      ///< of WebIdentity
  std::string session_name;  ///< of WebIdentity: our name in CloudTrail

  /// For messages: "web identity (AWS_ROLE_ARN), asked of https://sts.eu-central-1.amazonaws.com".
  [[nodiscard]] std::string name() const;
};

/// The first source named by the environment. `region` selects the STS server unless AWS_REGION or AWS_DEFAULT_REGION
/// is set. No file is read and no server is asked yet. Errors: Invalid, naming the variable: the environment names no
/// source, or an http endpoint must not be sent a secret.
Result<AwsCredentialsSource> find_aws_credentials(const http::Environment& environment, const std::string& region);

/// The request for credentials; `source` must not be Fixed. Errors: Invalid, when the token file cannot be read.
Result<http::Request> build_credentials_request(const AwsCredentialsSource& source);

/// Reads the answer to that request. Errors: Unavailable, with the server's message, never with the credentials.
Result<AwsCredentials> parse_credentials(const AwsCredentialsSource& source, const http::Response& response);

}  // namespace aia::prometheus
