// Credentials as the Authorization header of each request.
// Source: RFC 6750 (bearer), RFC 7617 (basic).
#include "controller/prometheus/options.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>

#include "controller/http/base64.h"
#include "controller/http/proxy.h"

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

}  // namespace

Result<http::TransportOptions> transport_options(const PrometheusOptions& options) {
  http::TransportOptions out;
  out.base_url = options.url;
  out.tls = options.tls;
  out.max_body_bytes = options.max_body_bytes;
  out.max_bytes_under_way = options.max_bytes_under_way;
  auto proxy = http::proxy_of_environment(options.url, http::process_environment);
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
