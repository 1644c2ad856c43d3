// This process as a candidate for the lease: its flags, its own connection for renewals, log lines about the leader,
// and the release of the lease at the end.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "controller/kube/credentials/credentials.h"
#include "controller/kube/lease/lease_keeper.h"

namespace aia {

struct LeaseOptions {
  bool elect = true;  ///< false: this controller writes without a lease; then only one may run
  std::string name = "aiautoscaler";
  std::string ns;        ///< empty: the pod's own, outside a pod aiautoscaler-system
  std::string identity;  ///< empty: host, process id and a random number
  lease::Settings settings;
};

class Candidacy {
 public:
  /// Watches the Lease from now on and takes the lease as `fitness` allows; `clock` must outlive the result. Both
  /// functions are called on the keeper's thread. Errors: Invalid, naming the flag or the credentials' field.
  static Result<std::unique_ptr<Candidacy>> start(const LeaseOptions& options, const kube::Credentials& credentials,
                                                  const ports::Clock& clock, std::function<lease::Fitness()> fitness,
                                                  std::function<void(const kube::Leadership&)> on_change);

  [[nodiscard]] Millis time_left() const { return keeper_->time_left(); }

  /// Why this process can never lead, in one line; empty if nothing prevents leading.
  [[nodiscard]] std::string problem() const;

  /// Gives the lease back. Precondition: no write is under way.
  void release(Millis deadline);

 private:
  Candidacy() = default;
  std::unique_ptr<http::Transport> transport_;  // its own: a renewal never waits behind a list
  std::unique_ptr<kube::LeaseKeeper> keeper_;
};

}  // namespace aia
