// Keeps AWS credentials and renews them before they expire. The first query starts the first fetch; the keeper's own
// thread fetches. A query waits only while no valid credentials are at hand, and never beyond its own deadline. While
// fetching fails, the old credentials serve until they expire.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "controller/http/backoff.h"
#include "controller/ports/clock.h"
#include "controller/prometheus/aws_credentials.h"

namespace aia::prometheus {

struct AwsKeeperOptions {
  Millis ahead{300'000};  ///< renewed this long before expiry, but not in the first half of their lifetime
  http::BackoffOptions pause{
      Millis(1'000),
      Millis(30'000)};  ///< least pause between two fetches; grows with failures from the first value to the second
};

class AwsCredentialsKeeper {
 public:
  using Fetch = std::function<Result<AwsCredentials>()>;  ///< called on the keeper's thread
  /// Called on the keeper's thread when the problem changes: with the error of a failed fetch, or with an empty text
  /// once a fetch succeeds again.
  using Tell = std::function<void(const std::string& problem)>;

  AwsCredentialsKeeper(Fetch fetch, std::shared_ptr<const ports::Clock> clock, Tell tell,
                       AwsKeeperOptions options = {});
  ~AwsCredentialsKeeper();  // waits for a fetch under way
  AwsCredentialsKeeper(const AwsCredentialsKeeper&) = delete;
  AwsCredentialsKeeper& operator=(const AwsCredentialsKeeper&) = delete;

  // From any thread.

  /// Returns as soon as credentials are valid, and starts a fetch where one is due. Errors: the error of the last
  /// fetch; Timeout after `longest`.
  Status await(Millis longest);
  /// The current credentials. Errors: Unavailable, when none are valid.
  Result<AwsCredentials> credentials();

 private:
  void run(const std::stop_token& stop);
  std::string take(Result<AwsCredentials> got);
  [[nodiscard]] bool usable() const;
  [[nodiscard]] bool due() const;

  const Fetch fetch_;
  const std::shared_ptr<const ports::Clock> clock_;
  const Tell tell_;
  const AwsKeeperOptions options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool wanted_ = false;  ///< a fetch is to begin or under way
  std::optional<AwsCredentials> current_;
  WallTime obtained_{};
  std::optional<Error> problem_;  ///< of the last fetch
  http::Backoff backoff_;
  std::optional<Millis> not_before_;  ///< no fetch before this steady time
  std::jthread thread_;               // last member: its thread uses all members above
};

/// A fetch that asks `source` by HTTP, within five seconds and 64 KiB. STS is asked through the proxy that the
/// variables of `environment` name, a container endpoint directly. Errors: Invalid, naming the proxy variable; an
/// unusable URL.
Result<AwsCredentialsKeeper::Fetch> make_aws_fetch(const AwsCredentialsSource& source,
                                                   const http::Environment& environment);

}  // namespace aia::prometheus
