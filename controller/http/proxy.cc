// Follows Go's reading of NO_PROXY, because operators know these rules from kubectl. Single addresses are compared as
// 16 bytes, so that an IPv4 address equals its IPv4-mapped form. Passwords never appear in error messages. Source:
// golang.org/x/net/http/httpproxy.
#include "controller/http/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "controller/http/base64.h"

namespace aia::http {
namespace {

Error invalid(std::string_view text, const std::string& why) {
  const auto at = text.rfind('@');  // the text before '@' may hold a password
  const std::string shown(at == std::string_view::npos ? text : text.substr(at + 1));
  return {ErrorKind::Invalid, "proxy '" + shown + "': " + why + "; expected http://[user:password@]host:port"};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// An IPv4 or IPv6 address as 16 bytes; IPv4 as IPv4-mapped.
struct Address {
  std::array<unsigned char, 16> bytes{};
  bool is_v4 = false;
};

std::optional<Address> address_of(const std::string& text) {
  Address address;
  constexpr std::size_t kV4At = 12;
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) return address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data() + kV4At) != 1) return std::nullopt;
  address.bytes[10] = address.bytes[11] = 0xFF;
  address.is_v4 = true;
  return address;
}

bool same_bits(const Address& a, const Address& b, unsigned bits) {
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> bit % 8;
    if ((a.bytes[bit / 8] & mask) != (b.bytes[bit / 8] & mask)) return false;
  }
  return true;
}

/// Whether `network`, as in "10.0.0.0/8", holds the address.
bool is_in(const Address& host, std::string_view network) {
  const auto slash = network.find('/');
  const auto base = address_of(std::string(network.substr(0, slash)));
  unsigned bits = 0;
  const auto length = network.substr(slash + 1);
  const auto parsed = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (!base || parsed.ec != std::errc{} || parsed.ptr != length.data() + length.size()) return false;
  const unsigned most = base->is_v4 ? 32 : 128;
  return base->is_v4 == host.is_v4 && bits <= most && same_bits(*base, host, 128 - most + bits);
}

/// Whether an entry of NO_PROXY excepts the server. An entry is "*", an address, a network, a host (which includes its
/// subdomains), or a host with a leading dot (subdomains only). A port in the entry must be the server's port.
bool excepts(std::string_view entry, const BaseUrl& server, const std::optional<Address>& address) {
  if (entry == "*") return true;
  if (entry.find('/') != std::string_view::npos) return address && is_in(*address, entry);
  std::string_view host = entry;
  const auto colon = entry.rfind(':');
  const bool one_colon = colon != std::string_view::npos && entry.find(':') == colon;
  const bool bracketed = entry.starts_with('[');
  if (one_colon || (bracketed && colon != std::string_view::npos && entry[colon - 1] == ']')) {
    if (entry.substr(colon + 1) != std::to_string(server.port)) return false;
    host = entry.substr(0, colon);
  }
  if (bracketed && host.size() > 2) host = host.substr(1, host.size() - 2);
  if (const auto listed = address_of(std::string(host))) return address && listed->bytes == address->bytes;
  if (host.starts_with("*.")) host.remove_prefix(1);
  const std::string wanted = lower_case(host), name = lower_case(server.host);
  if (wanted.empty()) return false;
  if (wanted.front() == '.') return name.ends_with(wanted);
  return name == wanted || name.ends_with("." + wanted);
}

bool is_excepted(const BaseUrl& server, std::string_view list) {
  const auto address = address_of(server.host);
  if (is_this_machine(server.host)) return true;
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto entry = trimmed(list.substr(0, comma));
    if (!entry.empty() && excepts(entry, server, address)) return true;
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return false;
}

}  // namespace

bool is_this_machine(const std::string& host) {
  const auto address = address_of(host);
  if (!address) return lower_case(host) == "localhost";
  constexpr Address kLoopback6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, false};
  constexpr std::size_t kV4At = 12;
  return address->is_v4 ? address->bytes[kV4At] == 127 : address->bytes == kLoopback6.bytes;
}

Result<Proxy> parse_proxy(const std::string& text) {
  std::string rest = text.find("://") == std::string::npos ? "http://" + text : text;  // as in curl and Go
  const std::string scheme = lower_case(rest.substr(0, rest.find("://")));
  if (scheme != "http") return invalid(text, "its scheme is " + scheme + ", and only http proxies are supported");
  Proxy proxy;
  rest = rest.substr(scheme.size() + 3);
  rest = rest.substr(0, rest.find('/'));
  if (const auto at = rest.rfind('@'); at != std::string::npos) {
    const std::string user = rest.substr(0, at);
    const auto is_strange = [](unsigned char c) { return c <= ' ' || c > '~'; };
    if (std::any_of(user.begin(), user.end(), is_strange))
      return invalid(text, "its user has a character that must be percent-encoded");
    const auto colon = std::min(user.find(':'), user.size());
    const std::string password = colon < user.size() ? user.substr(colon + 1) : "";
    proxy.authorization =
        "Basic " + encode_base64(percent_decode(user.substr(0, colon)) + ":" + percent_decode(password));
    rest = rest.substr(at + 1);
  }
  auto url = parse_base_url("http://" + rest);
  if (!url) return invalid(text, "it names no host and port");
  proxy.url = std::move(*url);
  return proxy;
}

Result<std::string> proxy_of_environment(const std::string& base_url, const Environment& environment) {
  const auto server = parse_base_url(base_url);
  if (!server) return server.error();
  const auto either = [&](const char* upper, const char* lower) {
    std::string value = environment(upper);
    return value.empty() ? environment(lower) : value;
  };
  const char* const name = server->tls ? "HTTPS_PROXY" : "HTTP_PROXY";
  std::string named = server->tls ? either("HTTPS_PROXY", "https_proxy") : either("HTTP_PROXY", "http_proxy");
  if (named.empty() || is_excepted(*server, either("NO_PROXY", "no_proxy"))) return std::string();
  const auto proxy = parse_proxy(named);
  if (!proxy) return proxy.error().in(name);
  return named;
}

std::string process_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read once, before threads start
  return value == nullptr ? "" : value;
}

}  // namespace aia::http
