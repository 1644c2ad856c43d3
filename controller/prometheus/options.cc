// Turns the options into a transport. Each request gets its credentials as the Authorization header: a fixed header, a
// header with the token of a file, or a signature over the request. Source: RFC 3986 (3.4, the query of a URL), RFC
// 6750 (bearer), RFC 7617 (basic), RFC 9110, 5.1 and 5.5 (names and values of header fields).
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
#include "controller/prometheus/aws_credentials_keeper.h"

namespace aia::prometheus {
namespace {

std::string read_token(const std::string& file) {
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

/// The newest token of a file. A read may fail while the file is being replaced; then the old token stays.
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

/// Headers that users may not set, in lower case: headers that frame the message or the connection, and headers that
/// every query has.
constexpr std::array kOwnHeaders{"accept",  "authorization", "connection", "content-length", "content-type",
                                 "expect",  "host",          "te",         "trailer",        "transfer-encoding",
                                 "upgrade", "user-agent"};

bool is_header_name(const std::string& text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return (std::isalnum(c) != 0 && c < 0x80) || kMarks.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

/// Whether `text` can be a part of a host name, as regions and services are.
bool is_label(const std::string& text) {
  const auto may_have = [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), may_have);
}

Error refused_header(const std::string& name, const std::string& why) {
  return {ErrorKind::Invalid, name.empty() ? why : "'" + name + "': " + why};
}

Status sign_queries(const Sigv4Options& options, http::TransportOptions& out) {
  if (auto checked = check(options); !checked) return checked;
  ensure(options.clock != nullptr, "queries are to be signed without a clock");
  const auto source = find_aws_credentials(http::process_environment, options.region);
  if (!source) return source.error();
  auto fetch = make_aws_fetch(*source, http::process_environment);
  if (!fetch) return fetch.error().in(source->name());
  const auto keeper = std::make_shared<AwsCredentialsKeeper>(std::move(*fetch), options.clock, options.on_problem);
  out.await_credentials = [keeper](Millis longest) { return keeper->await(longest); };
  out.sign = [keeper, scope = SigningScope{options.region, options.service}, clock = options.clock](
                 const http::Request& request, const std::string& host) -> Result<http::Headers> {
    const auto credentials = keeper->credentials();
    if (!credentials) return credentials.error();
    return sign(request, host, *credentials, scope, clock->now());
  };
  return done;
}

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
  const std::string name = http::percent_decode(parameter.substr(0, parameter.find('=')));
  if (name.empty()) return refused("its query has a parameter without a name; write ?name=value&name=value");
  if (std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end())
    return refused("every query sets '" + name + "' itself; leave it out of the URL");
  return done;
}

}  // namespace

Result<http::Headers> parse_headers(const std::vector<std::string>& texts) {
  http::Headers headers;
  std::vector<std::string> seen;
  for (const auto& text : texts) {
    const auto end = text.find_first_of("=:");
    const std::string name = text.substr(0, end);
    if (end == std::string::npos || !is_header_name(name))
      return refused_header("", "a header is written NAME=VALUE; its name has letters, digits and dashes");
    std::string value = text.substr(end + 1);
    value.erase(0, value.find_first_not_of(" \t"));
    value.erase(value.find_last_not_of(" \t") + 1);
    const bool is_control =
        std::any_of(value.begin(), value.end(), [](unsigned char c) { return c < ' ' || c == 127; });
    if (value.empty()) return refused_header(name, "it has no value");
    if (is_control) return refused_header(name, "its value holds a line break or another control character");
    const std::string lower = http::lower_case(name);
    if (lower == "authorization")
      return refused_header(name, "give a bearer token, a user or a region to sign for by their own flags");
    if (std::find(kOwnHeaders.begin(), kOwnHeaders.end(), lower) != kOwnHeaders.end() || lower.starts_with("x-amz-") ||
        lower.starts_with("proxy-"))
      return refused_header(name, "each query has this header from us");
    if (std::find(seen.begin(), seen.end(), lower) != seen.end()) return refused_header(name, "it is given twice");
    seen.push_back(lower);
    headers.emplace_back(name, value);
  }
  return headers;
}

Status check(const Sigv4Options& options) {
  if (options.region.empty()) return done;
  const auto wrong = [](const char* flag, const std::string& value, const char* example) {
    return Error{ErrorKind::Invalid, std::string(flag) + ": '" + value + "' is no name such as " + example};
  };
  if (!is_label(options.region)) return wrong("--prometheus-sigv4-region", options.region, "eu-central-1");
  if (!is_label(options.service)) return wrong("--prometheus-sigv4-service", options.service, "aps");
  const auto source = find_aws_credentials(http::process_environment, options.region);
  return source ? Status(done) : source.error().in("--prometheus-sigv4-region");
}

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
                    (options.username.empty() ? 0 : 1) + (options.sigv4.region.empty() ? 0 : 1);
  if (kinds > 1)
    return Error{ErrorKind::Invalid,
                 "Prometheus: give one of a bearer token, a bearer token file, a user and a region to sign for, not "
                 "several"};
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
    out.on_unauthorized = [] {};  // each attempt reads the file, so a retry may find the new token
  }
  if (!options.sigv4.region.empty())
    if (auto signs = sign_queries(options.sigv4, out); !signs) return signs.error().in("Prometheus");
  return out;
}

}  // namespace aia::prometheus
