// Reads small files whole, such as tokens, certificates and kubeconfigs, and checks tokens before they go into a
// header. Source:
// https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "controller/ports/clock.h"

namespace aia::kube {

/// Errors: NotFound when the file does not exist; Invalid, with the reason, when reading fails or the file exceeds 16
/// MiB.
Result<std::string> read_file(const std::string& path);

/// Removes white space at both ends.
std::string trim(const std::string& text);

/// Whether `text` can stand in an Authorization header: visible ASCII only. A line break would begin another header.
bool is_token(const std::string& text);

/// A bearer token in a file that is rotated while we run: a projected ServiceAccount token lives an hour. The file is
/// read again about once a minute, and at once after the server refused the token. While the file cannot be read, the
/// old token stays in use.
class TokenFile {
 public:
  TokenFile(std::string path, std::shared_ptr<const ports::Clock> clock, Millis refresh = std::chrono::seconds(60));

  /// The token without surrounding white space; nullopt if no token was ever read. From any thread.
  std::optional<std::string> token();

  /// The server refused the token: the next token() reads the file again.
  void drop();

 private:
  const std::string path_;
  const std::shared_ptr<const ports::Clock> clock_;
  const Millis refresh_;
  std::mutex mutex_;
  std::optional<std::string> token_;
  std::optional<Millis> read_at_;
};

}  // namespace aia::kube
