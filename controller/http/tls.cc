// TLS by OpenSSL's own functions. Nothing here throws for bad input: a missing or broken file is a Status with the
// file's name. Each function leaves OpenSSL's thread-local error queue empty, because other code reads the queue.
#include "controller/http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <iterator>
#include <vector>

/// Replaces OpenSSL's function in this process by a function that reads nothing. cpprestsdk calls the original for each
/// connection, before it calls us (upgrade_to_ssl in http_client_asio.cpp). The original reads the system's roots,
/// which Tls then replaces. With SSL_CERT_FILE set or a cert.pem in place, this costs 60 ms of CPU. After calls had run
/// into their deadlines, the new connections alone made the next calls late. Without the original, a context that Tls
/// has not prepared trusts nobody.
extern "C" int SSL_CTX_set_default_verify_paths(SSL_CTX* /*context*/) {
  return 1;
}

namespace aia::http {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;

Error invalid(std::string message) {
  return {ErrorKind::Invalid, std::move(message)};
}

/// PEM text: `pem` if set, else the content of `file`; empty if both are empty.
Result<std::string> read_pem(const std::string& pem, const std::string& file, const char* what) {
  if (!pem.empty() || file.empty()) return pem;
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in || text.empty()) return invalid(std::string(what) + " '" + file + "' cannot be read or is empty");
  return text;
}

std::string place(const std::string& file, const char* what) {
  return std::string(what) + (file.empty() ? " (PEM text)" : " '" + file + "'");
}

Result<std::vector<Certificate>> read_certificates(const std::string& pem, const std::string& where) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> certificates;
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) certificates.emplace_back(next);
  const auto reason = ERR_GET_REASON(ERR_peek_last_error());
  ERR_clear_error();
  if (certificates.empty()) return invalid(where + " holds no PEM certificate");
  if (reason != PEM_R_NO_START_LINE) return invalid(where + " holds a certificate that cannot be read");
  return certificates;
}

Status trust(SSL_CTX* context, const std::string& pem, const std::string& where) {
  auto certificates = read_certificates(pem, where);
  if (!certificates) return certificates.error();
  Store store(X509_STORE_new());
  for (const auto& certificate : *certificates) X509_STORE_add_cert(store.get(), certificate.get());
  SSL_CTX_set_cert_store(context, store.release());
  return done;
}

Status identify(SSL_CTX* context, const std::string& cert_pem, const std::string& cert_where,
                const std::string& key_pem, const std::string& key_where) {
  auto chain = read_certificates(cert_pem, cert_where);
  if (!chain) return chain.error();
  const Bio bio(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  const Key key(PEM_read_bio_PrivateKey(
      bio.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr));
  ERR_clear_error();
  if (!key) return invalid(key_where + " holds no readable PEM private key (encrypted keys are not supported)");
  if (SSL_CTX_use_certificate(context, chain->front().get()) != 1) {
    ERR_clear_error();
    return invalid(cert_where + " was refused by OpenSSL");
  }
  for (std::size_t i = 1; i < chain->size(); ++i) SSL_CTX_add1_chain_cert(context, (*chain)[i].get());
  const bool fits = SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
  ERR_clear_error();
  if (!fits) return invalid(key_where + " does not belong to " + cert_where);
  return done;
}

std::string one_line(const X509_NAME* name) {
  const Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

bool is_address(const std::string& name) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str());
  ERR_clear_error();
  const bool yes = address != nullptr;
  ASN1_OCTET_STRING_free(address);
  return yes;
}

}  // namespace

Result<std::shared_ptr<Tls>> Tls::make(TlsOptions options, const std::string& host) {
  const bool has_cert = !options.cert_file.empty() || !options.cert_pem.empty();
  const bool has_key = !options.key_file.empty() || !options.key_pem.empty();
  if (has_cert != has_key) return invalid("a TLS client certificate and its key must be given together");
  const std::string name = options.server_name.empty() ? host : options.server_name;
  auto tls = std::shared_ptr<Tls>(new Tls(std::move(options), name));
  if (tls->options_.ca_file.empty() && tls->options_.ca_pem.empty()) {
    tls->system_roots_ = {X509_STORE_new(), Freer<X509_STORE_free>()};
    X509_STORE_set_default_paths(tls->system_roots_.get());  // may add none: every server is then refused
    ERR_clear_error();
  }
  const std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>> trial(SSL_CTX_new(TLS_client_method()));
  if (auto status = tls->prepare(trial.get()); !status) return status.error();
  return tls;
}

Status Tls::prepare(ssl_ctx_st* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  const auto ca = read_pem(options_.ca_pem, options_.ca_file, "TLS CA file");
  if (!ca) return ca.error();
  if (system_roots_)
    SSL_CTX_set1_cert_store(context, system_roots_.get());
  else if (auto status = trust(context, *ca, ca_words()); !status)
    return status;
  SSL_CTX_set_cert_verify_callback(context, &Tls::verify, this);
  if (options_.client_certificate) {
    const ClientCertificate newest = options_.client_certificate();
    if (newest.cert_pem.empty()) return done;
    return identify(context, newest.cert_pem, "the newest TLS client certificate", newest.key_pem, "its key");
  }
  const auto cert = read_pem(options_.cert_pem, options_.cert_file, "TLS client certificate file");
  if (!cert) return cert.error();
  const auto key = read_pem(options_.key_pem, options_.key_file, "TLS client key file");
  if (!key) return key.error();
  if (cert->empty()) return done;
  return identify(context, *cert, place(options_.cert_file, "TLS client certificate"), *key,
                  place(options_.key_file, "TLS client key"));
}

void Tls::announce_name(ssl_st* connection) const {
  if (!is_address(name_)) SSL_set_tlsext_host_name(connection, name_.c_str());
}

std::string Tls::refusal() const {
  const std::lock_guard lock(mutex_);
  return refusal_;
}

std::string Tls::ca_words() const {
  if (!options_.ca_pem.empty()) return "TLS CA (PEM text)";
  return options_.ca_file.empty() ? "the system's roots" : "TLS CA file '" + options_.ca_file + "'";
}

int Tls::verify(x509_store_ctx_st* chain, void* self) {
  return static_cast<Tls*>(self)->check(chain) ? 1 : 0;
}

bool Tls::check(x509_store_ctx_st* chain) {
  if (options_.insecure_skip_verify) return true;
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(chain);
  if (X509_VERIFY_PARAM_set1_ip_asc(param, name_.c_str()) != 1) {
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(param, name_.c_str(), 0);
  }
  ERR_clear_error();
  // cpprestsdk's own callback would also check against the URL's host, which a server_name replaces.
  X509_STORE_CTX_set_verify_cb(chain, [](int ok, X509_STORE_CTX*) { return ok; });
  if (X509_verify_cert(chain) == 1) {
    const std::lock_guard lock(mutex_);
    refusal_.clear();
    return true;
  }
  std::string words = X509_verify_cert_error_string(X509_STORE_CTX_get_error(chain));
  if (const X509* leaf = X509_STORE_CTX_get0_cert(chain)) {
    words += " (certificate of '" + one_line(X509_get_subject_name(leaf)) + "', issued by '" +
             one_line(X509_get_issuer_name(leaf)) + "')";
  }
  const std::lock_guard lock(mutex_);
  refusal_ = "the certificate for '" + name_ + "' is not accepted with " + ca_words() + ": " + words;
  return false;
}

}  // namespace aia::http
