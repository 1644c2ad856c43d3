// Parses a kubeconfig from text: the server, the trusted certificates and our identity. Pure: files named in the
// kubeconfig are read later. Input that kubectl accepts means the same here; a feature that we do not support is an
// error that names the field. Ignored are only the parts that kubectl ignores, too: unknown fields, documents behind
// the first, an exec beside a token. Source: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/;
// kubernetes/client-go, tools/clientcmd
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "controller/http/transport.h"
#include "controller/kube/credentials/exec_credential.h"

namespace aia::kube {

struct KubeconfigCluster {
  std::string server;
  std::string proxy_url;    ///< as TransportOptions::proxy
  http::TlsOptions tls;     ///< the certificate authority's part
  Json exec_config;         ///< of the extension client.authentication.k8s.io/exec; null: none
  std::string unsupported;  ///< a field in use that we do not support, with the remedy; empty: none
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

  /// Adds the entries that are missing here: of several files in $KUBECONFIG the first file wins.
  void merge(const Kubeconfig& later);
};

/// How to reach and authenticate to one cluster.
struct Connection {
  std::string server;
  std::string proxy_url;  ///< as TransportOptions::proxy
  http::TlsOptions tls;
  std::string token;       ///< fixed
  std::string token_file;  ///< wins over token
  std::string ns;          ///< of the context; empty: not set
  std::optional<ExecConfig> exec{};
  Json exec_config{};  ///< the cluster's settings for the plugin
};

/// `folder`: the base of relative paths in `text`. An empty text is an empty kubeconfig. Errors: Invalid, naming the
/// field (wrong type, repeated key or name, bad base64) or the limit exceeded (yaml_fields.h: depth, values, size).
Result<Kubeconfig> parse_kubeconfig(const std::string& text, const std::string& folder);

/// The connection of `context`, or of current-context if `context` is empty. Errors: Invalid, naming the field that is
/// missing or not supported.
Result<Connection> connection_of(const Kubeconfig& config, const std::string& context);

}  // namespace aia::kube
