// A kubeconfig, parsed from text: which server, whom to trust, who we are. Pure: files it names are read later. What
// kubectl accepts is accepted and means the same; what we do not support is an error that names the field. Passed over
// is only what kubectl passes over, too: fields it does not know, documents behind the first, an exec beside a token.
// Source: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/; kubernetes/client-go, tools/clientcmd
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "controller/http/transport.h"
#include "controller/kube/exec_credential.h"

namespace aia::kube {

struct KubeconfigCluster {
  std::string server;
  std::string proxy_url;    ///< as TransportOptions::proxy
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
  std::string proxy_url;  ///< as TransportOptions::proxy
  http::TlsOptions tls;
  std::string token;       ///< fixed
  std::string token_file;  ///< wins over token
  std::string ns;          ///< of the context; empty: none given
  std::optional<ExecConfig> exec{};
  Json exec_config{};  ///< of the cluster, for the plugin
};

/// `folder`: what relative paths in it are relative to. An empty text is an empty kubeconfig. Errors: Invalid, naming
/// the field (wrong types, a key or a name that is there twice, bad base64), or what is too deep or too large
/// (yaml_fields.h).
Result<Kubeconfig> parse_kubeconfig(const std::string& text, const std::string& folder);

/// The connection of `context`, or of the current one if empty. Errors: Invalid, naming what is missing or not
/// supported.
Result<Connection> connection_of(const Kubeconfig& config, const std::string& context);

}  // namespace aia::kube
