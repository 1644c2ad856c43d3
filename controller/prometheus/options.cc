// The server's address, and credentials as the Authorization header of each request.
// Source: RFC 3986 (3.4, the query of a URL), RFC 6750 (bearer), RFC 7617 (basic).
#include "controller/prometheus/options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>

#include "controller/http/base64.h"
#include "controller/http/proxy.h"
#include "controller/http/url.h"

namespace aia::prometheus {
namespace {

std::string read_token(const std::string& file) {
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

/// The newest token the file held: a failed read, as happens while it is replaced, keeps the old one.
class TokenFile {
 public:
  explicit TokenFile(std::string file) : file_(std::move(file)), token_(read_token(file_)) {}
  std::string token() {
    const std::lock_guard lock(mutex_);
    if (auto fresh = read_token(file_); !fresh.empty()) token_ = std::move(fresh);
    return token_;
  }

 private:
  const std::string file_;
  std::mutex mutex_;
  std::string token_;
};

Error refused(const std::string& why) {
  return {ErrorKind::Invalid, "--prometheus-url: " + why};
}

bool is_encoded(std::string_view text) {
  static constexpr std::string_view kAllowed = "-._~!$&'()*+,;=:@/?";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) {
      return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
    };
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '%' ? !digit(i + 1) || !digit(i + 2)
                 : c > '~' || (std::isalnum(c) == 0 && kAllowed.find(text[i]) == std::string_view::npos))
      return false;
  }
  return true;
}

Status check_parameter(std::string_view parameter) {
  static constexpr auto kOurs = std::to_array<std::string_view>(
      {"query", "time", "start", "end", "step", "timeout", "limit", "nocache", "latency_offset"});
  const std::string_view name = parameter.substr(0, parameter.find('='));
  if (name.empty()) return refused("its query has a parameter without a name; write ?name=value&name=value");
  if (std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end())
    return refused("every query sets '" + std::string(name) + "' itself; leave it out of the URL");
  return done;
}

}  // namespace

Result<Address> address_of(std::string_view url) {
  const auto begin = std::min(url.find('?'), url.size());
  Address address{std::string(url.substr(0, begin)), ""};
  if (const auto base = http::parse_base_url(address.base); !base) return base.error().in("--prometheus-url");
  if (begin == url.size()) return address;
  address.query = std::string(url.substr(begin + 1));
  if (!is_encoded(address.query))
    return refused(
        "its query has a character that must be percent-encoded, or a fragment, which no server gets to see");
  for (std::string_view rest = address.query; !rest.empty();) {
    const auto end = std::min(rest.find('&'), rest.size());
    if (auto checked = check_parameter(rest.substr(0, end)); !checked) return checked.error();
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return address;
}

Result<http::TransportOptions> transport_options(const PrometheusOptions& options) {
  const auto address = address_of(options.url);
  if (!address) return address.error();
  http::TransportOptions out;
  out.base_url = address->base;
  out.tls = options.tls;
  out.max_body_bytes = options.max_body_bytes;
  out.max_bytes_under_way = options.max_bytes_under_way;
  auto proxy = http::proxy_of_environment(address->base, http::process_environment);
  if (!proxy) return proxy.error().in("Prometheus");
  out.proxy = std::move(*proxy);
  const int kinds = (options.bearer_token.empty() ? 0 : 1) + (options.bearer_token_file.empty() ? 0 : 1) +
                    (options.username.empty() ? 0 : 1);
  if (kinds > 1)
    return Error{ErrorKind::Invalid,
                 "Prometheus: give one of a bearer token, a bearer token file and a user, not several"};
  std::string fixed;
  if (!options.bearer_token.empty()) fixed = "Bearer " + options.bearer_token;
  if (!options.username.empty()) fixed = "Basic " + http::encode_base64(options.username + ":" + options.password);
  if (!fixed.empty()) out.authorization = [fixed] { return std::optional<std::string>(fixed); };
  if (!options.bearer_token_file.empty()) {
    const auto file = std::make_shared<TokenFile>(options.bearer_token_file);
    if (file->token().empty())
      return Error{ErrorKind::Invalid,
                   "Prometheus: bearer token file '" + options.bearer_token_file + "' cannot be read or is empty"};
    out.authorization = [file] { return std::optional<std::string>("Bearer " + file->token()); };
    out.on_unauthorized = [] {};  // the file is read for every attempt: one more may find the new token
  }
  return out;
}

}  // namespace aia::prometheus
