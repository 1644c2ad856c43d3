// The HTTP proxy between us and a server, if there is one: named by an option, else by the environment as other
// programs read it. Source: golang.org/x/net/http/httpproxy (what kubectl and Prometheus go by).
#pragma once

#include <functional>
#include <string>

#include "controller/http/url.h"

namespace aia::http {

struct Proxy {
  BaseUrl url;                ///< always http: a proxy reached by TLS is refused
  std::string authorization;  ///< value of Proxy-Authorization; empty: none
};

/// "http://[user:password@]host:port". Errors: Invalid; https and socks5 are not supported, and it says so.
Result<Proxy> parse_proxy(const std::string& text);

/// An environment variable's value; empty: not set.
using Environment = std::function<std::string(const char*)>;

/// localhost, 127.0.0.0/8 or ::1; the host without brackets.
bool is_this_machine(const std::string& host);

/// What HTTPS_PROXY or HTTP_PROXY (either case) say for the server at `base_url`, for TransportOptions::proxy; empty:
/// none, or NO_PROXY excepts it. Never for this machine itself (localhost, 127.0.0.0/8, ::1). Errors: those of both
/// URLs, naming the variable.
Result<std::string> proxy_of_environment(const std::string& base_url, const Environment& environment);

/// The process's own variables.
std::string process_environment(const char* name);

}  // namespace aia::http
