// Leader election on a coordination.k8s.io/v1 Lease, as a pure state machine. The caller reports each answer of the API
// server and the local monotonic time at which the answer came. The elector returns the next step. Remote timestamps
// are never compared. In the controller, lease_keeper.cc sends the requests; a simulation plays them.
// The rules are those of client-go's leaderelection (https://pkg.go.dev/k8s.io/client-go/tools/leaderelection). A lease
// is free when it has not been seen to change for its own duration. A leader without a renewal for the renew deadline
// stops writing, before any other controller may begin. There is a rule beyond client-go's: deleting a held Lease frees
// nothing. A controller that saw the holder still waits for the lease to run out.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace aia::lease {

struct Settings {
  Millis duration{std::chrono::seconds(10)};       ///< a successor waits this long after the last renewal that it saw
  Millis renew_deadline{std::chrono::seconds(7)};  ///< after this long without a renewal the leader stops writing
  Millis retry{std::chrono::seconds(1)};           ///< between two attempts to acquire or to renew
};

/// Errors: Invalid, naming the flags of `aiautoscaler run`. The duration must be whole seconds, as in a Lease, and one
/// second or more. The renew deadline must be shorter than the duration and at least three times the retry, which must
/// be above 0.
Status validate(const Settings& settings);

/// The Lease as stored: its spec, and the resourceVersion for the next write.
struct Lease {
  std::string holder;  ///< empty: the lease was released
  Millis duration{0};
  WallTime acquired{};
  WallTime renewed{};
  int transitions = 0;
  std::string resource_version;  ///< empty: the Lease does not exist yet and must be created
  bool operator==(const Lease&) const = default;
};

/// How well this process can lead.
enum class Fitness {
  None,  ///< cannot lead, its caches were never filled: takes no lease, and lets its own run out
  Poor,  ///< its data are in part stale: leads only where no better controller takes the lease
  Good
};

/// The elector's answer to next().
struct Step {
  enum class Do { Wait, Read, Write };
  Do what = Do::Wait;
  Millis wait{0};  ///< of Wait: how long until the next call of next()
  Lease lease;     ///< of Write: the Lease to store; create it if resource_version is empty, else update it
};

class Elector {
 public:
  Elector(std::string identity, Settings settings);

  /// Returns the next step at local time `steady`. `wall` only goes into the Lease's timestamps, for people.
  /// A holder with fitness Poor stops renewing. It does not release the lease, so its writes in flight end as they do
  /// when the network is cut. A controller with fitness Good takes the lease as soon as it is free. A Poor controller,
  /// the last holder included, takes the lease one duration later. So if all controllers are Poor, a Poor controller
  /// leads for kPoorTerm durations; then it stops renewing, and a Good controller may take over.
  [[nodiscard]] Step next(Millis steady, WallTime wall, Fitness fitness = Fitness::Good);
  static constexpr int kPoorTerm = 30;

  /// Reports the answer to a Read, received at `steady`. Unset: there is no such Lease.
  void was_read(const Result<std::optional<Lease>>& answer, Millis steady);

  /// Reports the answer to a Write: sent at `sent`, answered at `steady`, with the Lease as stored. A renewal counts
  /// from `sent`, because a watching controller may have seen it that early. After an Error the outcome is unknown, so
  /// the next step reads the Lease again.
  void was_written(const Result<Lease>& answer, Millis sent, Millis steady);

  /// How long this process may still write, from `steady` on. Zero or less: this process does not lead.
  [[nodiscard]] Millis time_left(Millis steady) const;
  [[nodiscard]] bool leading(Millis steady) const { return time_left(steady) > Millis(0); }

  /// Returns the last write of a holder that stops (holder empty, duration 1 s), so that a successor need not wait.
  /// Unset: as far as is known, this process is not the holder. After this call the process no longer leads. If the
  /// write meets a Conflict, read the Lease and call release() again.
  [[nodiscard]] std::optional<Lease> release(WallTime wall);

  /// The Lease as last seen; empty until the first answer.
  [[nodiscard]] const Lease& seen() const { return seen_; }

  /// The lease holder as last seen. Empty: the lease is free, or nothing was read yet.
  [[nodiscard]] const std::string& holder() const { return seen_.holder; }

 private:
  [[nodiscard]] bool ours() const { return seen_.holder == identity_; }
  [[nodiscard]] Millis free_at() const;  // local time from which another controller may take the lease
  [[nodiscard]] bool may_write(Millis steady, Fitness fitness);
  [[nodiscard]] Step write(WallTime wall) const;

  const std::string identity_;
  const Settings settings_;
  Lease seen_;                     // the Lease as last read or written
  Millis seen_changed_{0};         // local time at which seen_ last changed
  std::optional<Millis> renewed_;  // local time at which our newest renewal was sent; unset: the lease is not ours
  std::optional<Millis> tried_;    // local time of the last attempt
  Millis poor_until_{0};           // local time until which we keep the lease in spite of fitness Poor
  bool known_ = false;             // seen_ is the stored Lease, unless another controller wrote since
  bool just_read_ = false;         // this attempt has just read the Lease and may now write
};

}  // namespace aia::lease
