// Certificates for the transport's tests, made by the openssl program in a temporary directory when first asked for:
// two CAs that do not know each other, a server certificate for localhost and 127.0.0.1, one for another name, a
// client's.
#pragma once

#include <string>

namespace aia::http {

struct Certificate {
  std::string cert_file;
  std::string key_file;
};

struct TestCertificates {
  std::string ca_file;
  std::string other_ca_file;
  Certificate server;        ///< localhost, 127.0.0.1
  Certificate named_server;  ///< api.example.internal only
  Certificate client;        ///< CN=aiautoscaler

  static const TestCertificates& get();
};

}  // namespace aia::http
