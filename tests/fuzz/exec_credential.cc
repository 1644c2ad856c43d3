// Bytes as what a credential plugin printed: a token that can stand in a header, a certificate with its key, or a
// refusal that tells nothing of what was printed. What we tell a plugin about the cluster is JSON.
#include "controller/kube/credentials/exec_credential.h"
#include "tests/fuzz/fuzz.h"

using namespace aia;
using namespace aia::kube;
using aia::fuzz::require;

namespace {

/// A fuzzer finds tokens that are words of the refusal itself: told is one that vanishes with the token.
bool tells_secret(const std::string& output, const std::string& refusal) {
  auto document = parse_json(output);
  const auto secret = document ? text_at(*document, {"status", "token"}) : "";
  if (secret.size() < 8 || refusal.find(secret) == std::string::npos) return false;
  (*document)["status"]["token"] = "a";
  const auto without = parse_exec_credential(dump_json(*document), kExecApiVersions[0]);
  return without || without.error().message.find(secret) == std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string output(aia::fuzz::text_of(data, size));
  const auto credential = parse_exec_credential(output, kExecApiVersions[0]);
  if (credential) {
    const auto& [token, certificate, expires] = *credential;
    require(token.find_first_of(" \r\n\t") == std::string::npos && token.find('\0') == std::string::npos,
            "a token fits into a header", output);
    require(certificate.cert_pem.empty() == certificate.key_pem.empty(), "a certificate has its key", output);
    require(!token.empty() || !certificate.cert_pem.empty(), "there is something to go with", output);
  } else {
    require(!tells_secret(output, credential.error().message), "a refusal does not tell the secret",
            credential.error().message);
  }
  ExecConfig config;
  config.api_version = kExecApiVersions[0];
  config.provide_cluster_info = true;
  ExecCluster cluster;
  cluster.server = output;
  cluster.ca_pem = output;
  if (auto json = parse_json(output)) cluster.config = std::move(*json);
  require(parse_json(exec_info(config, cluster)).has_value(), "a plugin is told JSON", output);
  return 0;
}
