// See client_pool.h.
#include "controller/http/client_pool.h"

#include <algorithm>
#include <utility>

namespace aia::http {
namespace {

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

ClientPool::ClientPool(const TransportOptions& options, BaseUrl server, std::shared_ptr<Tls> tls,
                       std::shared_ptr<AddressFamily> family, std::chrono::seconds abandoned_after)
    : options_(options),
      server_(std::move(server)),
      tls_(std::move(tls)),
      family_(std::move(family)),
      abandoned_after_(abandoned_after),
      client_(make()) {}

std::shared_ptr<CpprestClient> ClientPool::make() const {
  return std::make_shared<CpprestClient>(server_, tls_, family_, abandoned_after_);
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
  full.headers.emplace_back("User-Agent", options_.user_agent);
  if (options_.authorization)
    if (auto value = options_.authorization()) full.headers.emplace_back("Authorization", std::move(*value));
  for (const auto& [name, value] : full.headers) {
    if (is_clean(name) && is_clean(value)) continue;
    attempt.exchange->on_failure({Step::Setup, "the value of header '" + name + "' holds a line break"});
    return attempt;
  }
  {
    const std::lock_guard lock(mutex_);
    attempt.client = client_;
  }
  attempt.cancel = attempt.client->start(full, attempt.exchange);
  return attempt;
}

void ClientPool::refused(const Attempt& attempt) {
  if (options_.on_unauthorized) options_.on_unauthorized();
  if (tls_ && tls_->identifies()) renew(attempt);
}

void ClientPool::renew(const Attempt& attempt) {
  const std::lock_guard lock(mutex_);
  if (client_ == attempt.client) client_ = make();
}

}  // namespace aia::http
