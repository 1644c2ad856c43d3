// Keeps AWS credentials that expire: fetched when they are first wanted, and again some minutes before they expire, on
// a thread of its own. A query waits only while there are none that are valid, and no longer than its own deadline;
// while fetching fails, those of before serve on until they expire.
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
  Millis ahead{300'000};  ///< fetched again so long before expiry, but not in the first half of the lifetime
  http::BackoffOptions pause{Millis(1'000), Millis(30'000)};  ///< between two fetches: the first, after failures longer
};

class AwsCredentialsKeeper {
 public:
  using Fetch = std::function<Result<AwsCredentials>()>;  ///< called on the keeper's thread
  /// Told of a fetch that failed, and with an empty text when one has succeeded since. On the keeper's thread.
  using Tell = std::function<void(const std::string& problem)>;

  AwsCredentialsKeeper(Fetch fetch, std::shared_ptr<const ports::Clock> clock, Tell tell,
                       AwsKeeperOptions options = {});
  ~AwsCredentialsKeeper();  // waits for a fetch under way
  AwsCredentialsKeeper(const AwsCredentialsKeeper&) = delete;
  AwsCredentialsKeeper& operator=(const AwsCredentialsKeeper&) = delete;

  // From any thread.

  /// Ready when there are credentials that are valid. Errors: why the last fetch failed; Timeout after `longest`.
  Status await(Millis longest);
  /// Errors: Unavailable, there are none that are valid.
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
  std::optional<Millis> not_before_;  ///< the next fetch, in steady time
  std::jthread thread_;               // last: starts when everything else is there
};

/// Asks `source` by HTTP, within five seconds and 64 KiB: STS as the proxy variables of `environment` say, a
/// container's endpoint directly. Errors: Invalid, a proxy variable.
Result<AwsCredentialsKeeper::Fetch> make_aws_fetch(const AwsCredentialsSource& source,
                                                   const http::Environment& environment);

}  // namespace aia::prometheus
