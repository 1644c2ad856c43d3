// Bytes as a kubeconfig, two of them between 0x00 as in $KUBECONFIG: it is read or refused with the field's name, and
// the first file wins.
#include "controller/kube/credentials/kubeconfig.h"
#include "controller/http/proxy.h"
#include "tests/fuzz/fuzz.h"

using namespace aia;
using namespace aia::kube;
using aia::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Kubeconfig merged;
  bool any = false;
  for (const auto text : aia::fuzz::split(aia::fuzz::text_of(data, size), '\0')) {
    const auto config = parse_kubeconfig(std::string(text), "/etc/kube");
    if (!config) {
      require(config.error().kind == ErrorKind::Invalid && !config.error().message.empty(), "a refusal has its reason",
              text);
      continue;
    }
    const auto first = merged.current_context;
    merged.merge(*config);
    require(first.empty() || merged.current_context == first, "the first file's context stays");
    any = true;
  }
  if (!any) return 0;
  auto contexts = merged.contexts;
  contexts["no such context"];
  for (const auto& [name, context] : contexts) {
    const auto connection = connection_of(merged, name == "no such context" ? "" : name);
    if (connection) {
      require(!connection->server.empty(), "a connection has a server", name);
      require(connection->proxy_url.empty() || http::parse_proxy(connection->proxy_url).ok(), "a proxy is one", name);
      require(!connection->exec || (connection->token.empty() && connection->token_file.empty()),
              "a plugin runs where there is no token", name);
    } else {
      require(!connection.error().message.empty(), "a refusal has its reason", name);
    }
  }
  return 0;
}
