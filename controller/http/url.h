// URLs for clients: a base URL in parts, and percent-encoded path segments and query parameters. Encoding is strict
// (everything but unreserved characters), so that a label selector or PromQL text arrives as written. Source: RFC 3986,
// 2.3 and 3.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace aia::http {

/// "https://host:port/prefix" in parts. `prefix` is empty or starts with '/' and does not end with one.
struct BaseUrl {
  bool tls = false;
  std::string host;  ///< without brackets, also when it is an IPv6 address
  int port = 0;
  std::string prefix;

  /// "host:port", with brackets around an IPv6 address: the server's name in messages.
  [[nodiscard]] std::string authority() const;
  /// The authority for the Host header: without the scheme's default port (RFC 9110, 7.2).
  [[nodiscard]] std::string host_header() const;
  /// "https://host:port", without the prefix.
  [[nodiscard]] std::string origin() const;
};

/// Parses a base URL. Scheme and host may have capitals; the host is returned in lower case (RFC 3986, 6.2.2.1).
/// Errors: Invalid, naming the text. User info, query and fragment are refused; credentials have their own options.
Result<BaseUrl> parse_base_url(std::string_view text);

/// Converts ASCII letters to lower case, in every locale.
std::string lower_case(std::string_view text);

/// Percent-encodes everything but unreserved characters; '/' is encoded, too.
std::string percent_encode(std::string_view text);

/// Decodes percent-encoded octets; all other text stays as written.
std::string percent_decode(std::string_view text);

/// Builds "a=1&b=x%20y"; the same name may be added again.
class Query {
 public:
  Query& add(std::string_view name, std::string_view value);
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// Returns `path`, followed by '?' and the query unless the query is empty.
  [[nodiscard]] std::string after(std::string_view path) const;

 private:
  std::string text_;
};

}  // namespace aia::http
