// Keeps the lease, or waits for it: the elector's steps carried out on a thread of their own, over a transport of their
// own, so that no list and no slow cycle ever delays a renewal. Everybody else asks how much time is left.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "controller/kube/lease_client.h"
#include "controller/ports/clock.h"

namespace aia::kube {

/// Who leads, as known here.
struct Leadership {
  bool leading = false;
  std::string holder;    ///< empty: nobody, or not known yet
  int transitions = 0;   ///< how often the Lease has changed hands, as it says itself
  std::string problem;   ///< why the newest try failed; empty: it did not
  bool refused = false;  ///< `problem` is not the network's: without somebody's help it stays
  bool operator==(const Leadership&) const = default;
};

struct LeaseKeeperOptions {
  api::ObjectKey lease;
  std::string identity;  ///< unique among all processes, those before and after it, too
  lease::Settings settings;
  std::function<lease::Fitness()> fitness;           ///< asked before each step, on the keeper's thread; unset: Good
  std::function<void(const Leadership&)> on_change;  ///< called on the keeper's thread
};

class LeaseKeeper {
 public:
  /// Starts at once. `transport` and `clock` outlive it.
  LeaseKeeper(http::Transport& transport, const ports::Clock& clock, LeaseKeeperOptions options);

  /// Ends without giving the lease back.
  ~LeaseKeeper() = default;

  /// How long this process may still write; zero or less: it does not lead. From any thread.
  [[nodiscard]] Millis time_left() const;
  [[nodiscard]] Leadership leadership() const;

  /// Ends and gives the lease back, so that a successor need not wait for it to expire; for when no write is under way
  /// any more. False: it was not ours, or the API server did not take it within `deadline`.
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
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace aia::kube
