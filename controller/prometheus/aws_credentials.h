// Where AWS credentials come from: the environment itself, a role for a ServiceAccount's token (IRSA), or an endpoint
// of the container's (EKS Pod Identity, ECS), in the order of AWS's SDKs. Requests are built and answers are read
// without I/O but for token files. Shared files and an instance's metadata are left out: in a cluster they give a pod
// the rights of its node. Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
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
  std::string url;           ///< of the server that is asked, without a path
  std::string target = "/";  ///< path and query there
  std::string token_file;    ///< read anew for each request; of Container may be empty
  std::string token;         ///< of Container, where there is no file; empty: none
  std::string role_arn;      ///< of WebIdentity
  std::string session_name;  ///< of WebIdentity: how CloudTrail names us

  /// For messages: "web identity (AWS_ROLE_ARN)".
  [[nodiscard]] std::string name() const;
};

/// The first source that the environment names; `region` is where STS is asked, unless AWS_REGION says another. Nothing
/// is read or asked yet. Errors: Invalid, naming the variable; there is none; an http endpoint to which a secret must
/// not be sent.
Result<AwsCredentialsSource> find_aws_credentials(const http::Environment& environment, const std::string& region);

/// The request for credentials, of a source that is not Fixed. Errors: Invalid, a token file that cannot be read.
Result<http::Request> build_credentials_request(const AwsCredentialsSource& source);

/// Errors: Unavailable, with what the server said, never with the credentials.
Result<AwsCredentials> parse_credentials(const AwsCredentialsSource& source, const http::Response& response);

}  // namespace aia::prometheus
