// Who is trusted on a TLS connection and who we say we are. Every connection reads the given files again, so that a
// rotated certificate is picked up, and trusts the given CA only. The system's roots, trusted where none is given, are
// read once: a bundle of 144 costs 60 ms of CPU. The chain and the name are checked here rather than by the HTTP
// library, which only says "certificate verify failed". Source: OpenSSL 3, SSL_CTX_set_cert_verify_callback(3),
// X509_STORE_set_default_paths(3), X509_VERIFY_PARAM_set1_host(3).
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "controller/http/transport.h"

struct ssl_ctx_st;
struct ssl_st;
struct x509_store_ctx_st;
struct x509_store_st;

namespace aia::http {

class Tls {
 public:
  /// Reads everything once, so that a wrong path is known at start. Errors: Invalid, naming the option and the file.
  static Result<std::shared_ptr<Tls>> make(TlsOptions options, const std::string& host);

  /// Prepares the context of a new connection. Must outlive it.
  Status prepare(ssl_ctx_st* context);

  /// Server name indication, unless the name is an IP address.
  void announce_name(ssl_st* connection) const;

  /// Why the newest refused certificate was refused, naming the CA; empty once one was accepted.
  [[nodiscard]] std::string refusal() const;

  /// Whether we show a certificate: then a refused request calls for a new connection with a newer one.
  [[nodiscard]] bool identifies() const {
    return options_.client_certificate || !options_.cert_file.empty() || !options_.cert_pem.empty();
  }

  [[nodiscard]] bool verifies() const { return !options_.insecure_skip_verify; }

 private:
  Tls(TlsOptions options, std::string name) : options_(std::move(options)), name_(std::move(name)) {}
  static int verify(x509_store_ctx_st* chain, void* self);
  bool check(x509_store_ctx_st* chain);
  [[nodiscard]] std::string ca_words() const;

  const TlsOptions options_;
  const std::string name_;
  mutable std::mutex mutex_;
  std::string refusal_;
  std::shared_ptr<x509_store_st> system_roots_;  ///< where no CA is given
};

}  // namespace aia::http
