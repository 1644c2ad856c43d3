// Credentials are asked per attempt, in this order: wait until they exist, sign the request, add the Authorization
// header. The signature covers the request with prefix and user agent, but not the Authorization header. A header with
// a line break is refused, so that no credential file can inject headers.
#include "controller/http/client_pool.h"

#include <algorithm>
#include <utility>

namespace aia::http {
namespace {

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

ClientPool::ClientPool(const TransportOptions& options, BaseUrl server, std::shared_ptr<Tls> tls, MakeClient make)
    : options_(options), server_(std::move(server)), tls_(std::move(tls)), make_(std::move(make)), client_(make_()) {}

std::shared_ptr<Client> ClientPool::client() {
  const std::lock_guard lock(mutex_);
  if (!client_->usable()) client_ = make_();
  return client_;
}

Attempt ClientPool::start(const Request& request, std::shared_ptr<Exchange> exchange, Millis longest) {
  Attempt attempt;
  attempt.exchange = std::move(exchange);
  if (options_.await_credentials) {
    if (const Status ready = options_.await_credentials(longest); !ready) {
      attempt.exchange->on_failure({Step::Setup, ready.error().message});
      return attempt;
    }
  }
  Request full = request;
  full.target = server_.prefix + request.target;
  if (full.target.empty()) full.target = "/";
  full.headers.emplace_back("User-Agent", options_.user_agent);
  if (options_.sign) {
    auto signature = options_.sign(full, server_.host_header());
    if (!signature) {
      attempt.exchange->on_failure({Step::Setup, signature.error().message});
      return attempt;
    }
    for (auto& header : *signature) full.headers.push_back(std::move(header));
  }
  if (options_.authorization)
    if (auto value = options_.authorization()) full.headers.emplace_back("Authorization", std::move(*value));
  for (const auto& [name, value] : full.headers) {
    if (is_clean(name) && is_clean(value)) continue;
    attempt.exchange->on_failure({Step::Setup, "the value of header '" + name + "' holds a line break"});
    return attempt;
  }
  attempt.client = client();
  attempt.cancel = attempt.client->start(full, attempt.exchange);
  return attempt;
}

void ClientPool::refused(const Attempt& attempt) {
  if (options_.on_unauthorized) options_.on_unauthorized();
  if (tls_ && tls_->identifies()) renew(attempt);
}

void ClientPool::renew(const Attempt& attempt) {
  const std::lock_guard lock(mutex_);
  if (client_ == attempt.client) client_ = make_();
}

}  // namespace aia::http
