// A bearer token in a file that is rotated while we run: a projected ServiceAccount token lives an hour. The file is
// read again about once a minute, and at once after the server refused the token. While the file cannot be read, the
// old token stays in use. Source:
// https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "controller/ports/clock.h"

namespace aia::kube {

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
