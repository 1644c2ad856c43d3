// A kubeconfig, parsed from text: which server, whom to trust, who we are. Pure: files it names are read later. What we
// do not support is an error that names the field; nothing is accepted and ignored. Source:
// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
#pragma once

#include <map>
#include <optional>
#include <string>

#include "controller/api/result.h"
#include "controller/http/transport.h"
#include "controller/kube/exec_credential.h"

namespace aia::kube {

struct KubeconfigCluster {
  std::string server;
  http::TlsOptions tls;     ///< the certificate authority's part
  Json exec_config;         ///< of the extension client.authentication.k8s.io/exec; null: none
  std::string unsupported;  ///< a field in use that we cannot honour, with what to do; empty: none
};

struct KubeconfigUser {
  http::TlsOptions tls;  ///< the client certificate's part
  std::string token;
  std::string token_file;
  std::optional<ExecConfig> exec;
  std::string unsupported;
};

struct KubeconfigContext {
  std::string cluster;
  std::string user;
  std::string ns;
};

struct Kubeconfig {
  std::string current_context;
  std::map<std::string, KubeconfigCluster> clusters;
  std::map<std::string, KubeconfigUser> users;
  std::map<std::string, KubeconfigContext> contexts;

  /// Takes over what is not there yet: with several files in $KUBECONFIG the first one wins.
  void merge(const Kubeconfig& later);
};

/// How to reach and authenticate to one cluster.
struct Connection {
  std::string server;
  http::TlsOptions tls;
  std::string token;       ///< fixed
  std::string token_file;  ///< wins over token
  std::string ns;          ///< of the context; empty: none given
  std::optional<ExecConfig> exec{};
  Json exec_config{};  ///< of the cluster, for the plugin
};

/// `folder`: what relative paths in it are relative to. Errors: Invalid, naming the field (also duplicate keys, bad
/// base64).
Result<Kubeconfig> parse_kubeconfig(const std::string& text, const std::string& folder);

/// The connection of `context`, or of the current one if empty. Errors: Invalid, naming what is missing or not
/// supported.
Result<Connection> connection_of(const Kubeconfig& config, const std::string& context);

}  // namespace aia::kube
