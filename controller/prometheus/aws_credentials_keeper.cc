// One thread fetches, and callers wait on a condition variable until the fetch ends or their deadline passes. The mutex
// is not held while fetching, so queries with valid credentials never wait for AWS.
#include "controller/prometheus/aws_credentials_keeper.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "controller/http/make_transport.h"

namespace aia::prometheus {
namespace {

constexpr Millis kFetchDeadline{5'000};
constexpr std::size_t kMaxAnswerBytes = 64U << 10U;

}  // namespace

AwsCredentialsKeeper::AwsCredentialsKeeper(Fetch fetch, std::shared_ptr<const ports::Clock> clock, Tell tell,
                                           AwsKeeperOptions options)
    : fetch_(std::move(fetch)),
      clock_(std::move(clock)),
      tell_(std::move(tell)),
      options_(options),
      backoff_(options.pause, static_cast<std::uint64_t>(clock_->now().time_since_epoch().count())),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

AwsCredentialsKeeper::~AwsCredentialsKeeper() = default;

void AwsCredentialsKeeper::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "aws-credentials");
  std::string told;
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return wanted_; })) {
    lock.unlock();
    Result<AwsCredentials> got = fetch_();
    lock.lock();
    const std::string problem = take(std::move(got));
    wanted_ = false;
    changed_.notify_all();
    lock.unlock();
    if (tell_ && problem != told) tell_(problem);
    told = problem;
    lock.lock();
  }
}

/// Stores credentials or error. Returns the problem for the log; empty: none.
std::string AwsCredentialsKeeper::take(Result<AwsCredentials> got) {
  const WallTime now = clock_->now();
  if (got && got->expires && *got->expires <= now)
    got = Error{ErrorKind::Unavailable, "AWS credentials that were fetched just now expired at " +
                                            format_rfc3339(*got->expires) + ": is this machine's clock right?"};
  if (got) backoff_.reset();
  not_before_ = clock_->steady() + backoff_.next();
  problem_.reset();
  if (got) {
    current_ = std::move(*got);
    obtained_ = now;
    return "";
  }
  problem_ = got.error();
  const bool serves_on = usable() && current_->expires;
  return problem_->message + (serves_on ? "; those at hand are valid until " + format_rfc3339(*current_->expires) : "");
}

Status AwsCredentialsKeeper::await(Millis longest) {
  std::unique_lock lock(mutex_);
  if (due() && !wanted_ && (!not_before_ || clock_->steady() >= *not_before_)) {
    wanted_ = true;
    changed_.notify_all();
  }
  changed_.wait_for(lock, longest, [this] { return usable() || !wanted_; });
  if (usable()) return done;
  if (wanted_) return Error{ErrorKind::Timeout, "AWS credentials are still being fetched"};
  return problem_ ? *problem_ : Error{ErrorKind::Unavailable, "the AWS credentials have expired"};
}

Result<AwsCredentials> AwsCredentialsKeeper::credentials() {
  const std::lock_guard lock(mutex_);
  if (!usable()) return Error{ErrorKind::Unavailable, "the AWS credentials have expired"};
  return *current_;
}

bool AwsCredentialsKeeper::usable() const {
  return current_ && (!current_->expires || clock_->now() < *current_->expires);
}

bool AwsCredentialsKeeper::due() const {
  if (!usable()) return true;
  if (!current_->expires) return false;
  const Millis ahead = std::min(options_.ahead, (*current_->expires - obtained_) / 2);
  return clock_->now() >= *current_->expires - ahead;
}

Result<AwsCredentialsKeeper::Fetch> make_aws_fetch(const AwsCredentialsSource& source,
                                                   const http::Environment& environment) {
  if (source.kind == AwsCredentialsSource::Kind::Fixed)
    return AwsCredentialsKeeper::Fetch([fixed = source.fixed] { return fixed; });
  http::TransportOptions options;
  options.base_url = source.url;
  options.max_body_bytes = kMaxAnswerBytes;
  if (source.kind == AwsCredentialsSource::Kind::WebIdentity) {
    auto proxy = http::proxy_of_environment(source.url, environment);
    if (!proxy) return proxy.error();
    options.proxy = std::move(*proxy);
  }
  auto made = http::make_beast_transport(options);
  if (!made) return made.error();
  const std::shared_ptr<http::Transport> transport = std::move(*made);
  return AwsCredentialsKeeper::Fetch([source, transport]() -> Result<AwsCredentials> {
    const std::string where = "AWS credentials: " + source.name();
    const auto request = build_credentials_request(source);
    if (!request) return request.error().in(where);
    const auto response = transport->send(*request, kFetchDeadline);
    if (!response) return response.error().in(where);
    auto credentials = parse_credentials(source, *response);
    return credentials ? std::move(credentials) : credentials.error().in(where);
  });
}

}  // namespace aia::prometheus
