// Takes URLs apart and puts them together. The code is written by hand, because the URI classes of libraries normalise:
// a '%2F' in a path segment or a '+' in PromQL must arrive as sent. Source: RFC 3986.
#include "controller/http/url.h"

#include <algorithm>
#include <charconv>

namespace aia::http {
namespace {

constexpr int kHttpPort = 80, kHttpsPort = 443;

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool is_host_character(unsigned char c) {
  return is_unreserved(c) || c == ':';
}

Error invalid(std::string_view text, const std::string& why) {
  return {ErrorKind::Invalid, "URL '" + std::string(text) + "': " + why + "; expected http[s]://host[:port][/prefix]"};
}

}  // namespace

std::string BaseUrl::authority() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string BaseUrl::host_header() const {
  const std::string all = authority();
  return port == (tls ? kHttpsPort : kHttpPort) ? all.substr(0, all.rfind(':')) : all;
}

std::string BaseUrl::origin() const {
  return (tls ? "https://" : "http://") + authority();
}

Result<BaseUrl> parse_base_url(std::string_view text) {
  BaseUrl url;
  const std::size_t scheme_end = std::min(text.find("://"), text.size());
  const std::string scheme = lower_case(text.substr(0, scheme_end));
  if (scheme_end == text.size() || (scheme != "http" && scheme != "https"))
    return invalid(text, "it has no http:// or https:// in front");
  url.tls = scheme == "https";
  const std::string_view rest = text.substr(scheme_end + 3);
  if (rest.find_first_of("?#") != std::string_view::npos) return invalid(text, "it has a query or a fragment");
  const auto slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos)
    return invalid(scheme + "://***@" + std::string(authority.substr(at + 1)),
                   "it has user information in it, which has options of its own");
  if (slash != std::string_view::npos) url.prefix = std::string(rest.substr(slash));
  while (url.prefix.ends_with('/')) url.prefix.pop_back();
  if (std::any_of(url.prefix.begin(), url.prefix.end(), [](unsigned char c) { return c <= ' ' || c > '~'; }))
    return invalid(text, "its path has a character that must be percent-encoded");

  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return invalid(text, "'[' is not closed");
    url.host = std::string(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
  } else {
    const auto colon = authority.find(':');
    url.host = std::string(authority.substr(0, colon));
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  if (url.host.empty()) return invalid(text, "it has no host");
  if (!std::all_of(url.host.begin(), url.host.end(), [](unsigned char c) { return is_host_character(c); }))
    return invalid(text, "its host has a character that no host has");
  url.host = lower_case(url.host);
  url.port = url.tls ? kHttpsPort : kHttpPort;
  if (!port.empty()) {
    const auto* end = port.data() + port.size();
    const auto parsed = std::from_chars(port.data() + 1, end, url.port);
    if (port.front() != ':' || parsed.ec != std::errc{} || parsed.ptr != end || url.port < 1 || url.port > 65535)
      return invalid(text, "its port is not a number from 1 to 65535");
  }
  return url;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char ch : text) {
    const auto byte = static_cast<unsigned char>(ch);
    if (is_unreserved(byte)) {
      out += ch;
    } else {
      out += {'%', kHex[byte >> 4U], kHex[byte & 0xFU]};
    }
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Query& Query::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) text_ += '&';
  text_ += percent_encode(name) + '=' + percent_encode(value);
  return *this;
}

std::string Query::after(std::string_view path) const {
  return text_.empty() ? std::string(path) : std::string(path) + '?' + text_;
}

}  // namespace aia::http
