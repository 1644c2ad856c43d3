// Sets whom a TLS connection trusts, and which certificate we show. The given files are read again for every
// connection, so that a rotated certificate is picked up. If a CA is given, only this CA is trusted. Without a CA the
// system's roots are trusted; they are read once, because a bundle of 144 costs 60 ms of CPU. We check the chain and
// the name ourselves, because the HTTP library only says "certificate verify failed". Source: OpenSSL 3,
// SSL_CTX_set_cert_verify_callback(3), X509_STORE_set_default_paths(3), X509_VERIFY_PARAM_set1_host(3).
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
  /// Reads all files once, so that a wrong path is known at start. Errors: Invalid, naming the option and the file.
  static Result<std::shared_ptr<Tls>> make(TlsOptions options, const std::string& host);

  /// Prepares the context of a new connection. The Tls must outlive the context.
  Status prepare(ssl_ctx_st* context);

  /// Sets server name indication (SNI), unless the name is an IP address.
  void announce_name(ssl_st* connection) const;

  /// The reason of the newest refusal of a certificate, naming the CA; empty after an accepted certificate.
  [[nodiscard]] std::string refusal() const;

  /// Whether we show a certificate. If so, a 401 calls for a new connection with a newer certificate.
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
  std::shared_ptr<x509_store_st> system_roots_;  ///< set if no CA is given
};

}  // namespace aia::http
