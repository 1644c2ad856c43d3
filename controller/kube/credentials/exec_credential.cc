// Requires, as client-go does, the kind, the apiVersion of the request and complete pairs of certificate and key. Other
// fields of the answer are ignored.
#include "controller/kube/credentials/exec_credential.h"

#include "controller/http/base64.h"
#include "controller/kube/credentials/secret_files.h"

namespace aia::kube {
namespace {

Error unusable(std::string message) {
  return {ErrorKind::Invalid, std::move(message), {}};
}

}  // namespace

std::string exec_info(const ExecConfig& config, const ExecCluster& cluster) {
  Json spec = {{"interactive", false}};
  if (config.provide_cluster_info) {
    Json about = {{"server", cluster.server}};
    if (!cluster.tls_server_name.empty()) about["tls-server-name"] = cluster.tls_server_name;
    if (cluster.insecure_skip_tls_verify) about["insecure-skip-tls-verify"] = true;
    if (!cluster.ca_pem.empty()) about["certificate-authority-data"] = http::encode_base64(cluster.ca_pem);
    if (!cluster.config.is_null()) about["config"] = cluster.config;
    spec["cluster"] = std::move(about);
  }
  return dump_json({{"kind", "ExecCredential"}, {"apiVersion", config.api_version}, {"spec", std::move(spec)}});
}

Result<ExecCredential> parse_exec_credential(const std::string& output, const std::string& api_version) {
  const std::optional<Json> document = parse_json(output);
  if (!document) return unusable("what it printed is not JSON");
  if (text_at(*document, {"kind"}) != "ExecCredential") return unusable("what it printed is not an ExecCredential");
  const std::string answered = text_at(*document, {"apiVersion"});
  if (answered != api_version) return unusable("it answered with apiVersion '" + answered + "', not " + api_version);
  const Json* status = find_at(*document, {"status"});
  if (status == nullptr || !status->is_object()) return unusable("its answer has no status");

  ExecCredential credential;
  credential.token = trim(text_at(*status, {"token"}));
  credential.certificate = {text_at(*status, {"clientCertificateData"}), text_at(*status, {"clientKeyData"})};
  const bool has_certificate = !credential.certificate.cert_pem.empty();
  if (has_certificate == credential.certificate.key_pem.empty())
    return unusable("status.clientCertificateData and status.clientKeyData must be given together");
  if (credential.token.empty() && !has_certificate) return unusable("its status has neither a token nor a certificate");
  if (!is_token(credential.token) && !credential.token.empty())
    return unusable("status.token has a character that no token has");
  if (const Json* expires = find_at(*status, {"expirationTimestamp"}); expires != nullptr && !expires->is_null()) {
    credential.expires = time_at(*status, {"expirationTimestamp"});
    if (!credential.expires) return unusable("status.expirationTimestamp is not an RFC 3339 time");
  }
  return credential;
}

}  // namespace aia::kube
