// The HTTP proxy between us and a server, if there is a proxy. An option names the proxy; without the option the
// environment does, read as other programs read the variables. Source: golang.org/x/net/http/httpproxy (used by kubectl
// and Prometheus).
#pragma once

#include <functional>
#include <string>

#include "controller/http/url.h"

namespace aia::http {

struct Proxy {
  BaseUrl url;                ///< always http: a proxy reached by TLS is refused
  std::string authorization;  ///< value of Proxy-Authorization; empty: none
};

/// Parses "http://[user:password@]host:port". Errors: Invalid; the message says so for https and socks5, which are not
/// supported.
Result<Proxy> parse_proxy(const std::string& text);

/// Returns the value of an environment variable; empty: not set.
using Environment = std::function<std::string(const char*)>;

/// Whether `host` (without brackets) is localhost, in 127.0.0.0/8, or ::1.
bool is_this_machine(const std::string& host);

/// The proxy for the server at `base_url`, from HTTPS_PROXY or HTTP_PROXY (upper case before lower case), for
/// TransportOptions::proxy. Empty: there is no proxy, NO_PROXY excepts the server, or the server is this machine
/// (localhost, 127.0.0.0/8, ::1). Errors: those of both URLs; for the proxy's URL with the name of the variable.
Result<std::string> proxy_of_environment(const std::string& base_url, const Environment& environment);

/// The environment of this process.
std::string process_environment(const char* name);

}  // namespace aia::http
