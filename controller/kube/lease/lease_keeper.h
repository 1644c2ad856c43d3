// Keeps the lease, or waits for a free lease. The elector's steps run on a thread and a transport of their own, so that
// no list and no slow cycle ever delays a renewal. All other code asks for the time left.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "controller/kube/lease/lease_client.h"
#include "controller/ports/clock.h"

namespace aia::kube {

/// The leadership as this process knows.
struct Leadership {
  bool leading = false;
  std::string holder;    ///< empty: no holder, or not known yet
  int transitions = 0;   ///< leaseTransitions: how often the holder has changed
  std::string problem;   ///< why the newest try failed; empty: no failure
  bool refused = false;  ///< a person must solve `problem`; waiting does not help
  bool operator==(const Leadership&) const = default;
};

struct LeaseKeeperOptions {
  api::ObjectKey lease;
  std::string identity;  ///< unique among all processes, earlier and later ones, too
  lease::Settings settings;
  std::function<lease::Fitness()> fitness;           ///< asked before each step, on the keeper's thread; unset: Good
  std::function<void(const Leadership&)> on_change;  ///< called on the keeper's thread
};

class LeaseKeeper {
 public:
  /// Starts at once. `transport` and `clock` outlive the keeper.
  LeaseKeeper(http::Transport& transport, const ports::Clock& clock, LeaseKeeperOptions options);

  /// Ends without giving the lease back.
  ~LeaseKeeper() = default;

  /// How long this process may still write; zero or less: this process does not lead. From any thread.
  [[nodiscard]] Millis time_left() const;
  [[nodiscard]] Leadership leadership() const;

  /// Ends and gives the lease back, so that a successor need not wait for the expiry. Call when no write is under way
  /// any more. `deadline` bounds each request. False: this process did not hold the lease, or the API server did not
  /// store the release.
  bool release(Millis deadline);

 private:
  void keep(const std::stop_token& stop);
  void carry_out(const lease::Step& step);
  template <class T>
  void note(const Result<T>& answer);
  void tell();
  void wait(Millis wait, const std::stop_token& stop);

  const ports::Clock& clock_;
  const LeaseKeeperOptions options_;
  LeaseClient client_;
  mutable std::mutex mutex_;
  lease::Elector elector_;
  std::string problem_;
  bool refused_ = false;
  Leadership told_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last: the thread uses all members above
};

}  // namespace aia::kube
