// Leader election on a coordination.k8s.io/v1 Lease as a pure state machine: told what the API server answered and when
// (local monotonic time; remote timestamps are never compared), it says what to do next. The shell around it sends the
// requests; a simulation plays them. Rules as client-go's leaderelection
// (https://pkg.go.dev/k8s.io/client-go/tools/leaderelection): a lease that was not seen to change for its duration is
// free; a leader that could not renew for the renew deadline stops writing, before anyone else may begin. Beyond them,
// a Lease that is deleted frees nothing for those who saw it held.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace aia::lease {

struct Settings {
  Millis duration{std::chrono::seconds(10)};       ///< a successor waits this long since it last saw a renewal
  Millis renew_deadline{std::chrono::seconds(7)};  ///< without a renewal for so long the leader writes no more
  Millis retry{std::chrono::seconds(1)};           ///< between two tries, to acquire or to renew
};

/// Errors: Invalid, naming the flags of `aiautoscaler run`: the deadline must lie between retry and duration, which has
/// whole seconds, as a Lease does.
Status validate(const Settings& settings);

/// The Lease as stored: spec and the resourceVersion that the next write must carry.
struct Lease {
  std::string holder;  ///< empty: released
  Millis duration{0};
  WallTime acquired{};
  WallTime renewed{};
  int transitions = 0;
  std::string resource_version;  ///< empty: does not exist yet, create it
  bool operator==(const Lease&) const = default;
};

/// How well this process could lead.
enum class Fitness {
  None,  ///< not at all: its caches never came in. It takes no lease, and lets one that it holds run out
  Poor,  ///< it sees only in part what it decides on: it leads where nobody does better
  Good
};

/// What to do next.
struct Step {
  enum class Do { Wait, Read, Write };
  Do what = Do::Wait;
  Millis wait{0};  ///< Wait: until next() is worth asking again
  Lease lease;     ///< Write: as it should be; create it when resource_version is empty, else update it
};

class Elector {
 public:
  Elector(std::string identity, Settings settings);

  /// The next step at `steady`. `wall` only goes into the Lease's timestamps, for people. A holder that is Poor renews
  /// no more, so that writes under way end as they do when the network is cut. Who is Good takes the lease the moment
  /// it is free; who is Poor, the last holder included, one duration later. Where all are, one of them so holds it for
  /// kPoorTerm durations, and then asks again.
  [[nodiscard]] Step next(Millis steady, WallTime wall, Fitness fitness = Fitness::Good);
  static constexpr int kPoorTerm = 30;

  /// A Read was answered at `steady`; unset: there is no such Lease.
  void was_read(const Result<std::optional<Lease>>& answer, Millis steady);

  /// A Write that was sent at `sent` was answered at `steady`, with the Lease as stored. A renewal counts from `sent`:
  /// whoever watches may have seen it that early. After an Error its outcome is not known: the Lease is read again.
  void was_written(const Result<Lease>& answer, Millis sent, Millis steady);

  /// How long this process may still write at `steady`; zero or less: it does not lead.
  [[nodiscard]] Millis time_left(Millis steady) const;
  [[nodiscard]] bool leading(Millis steady) const { return time_left(steady) > Millis(0); }

  /// The last write of a holder that stops (holder empty, duration 1 s), so that a successor need not wait; unset: it
  /// is not the holder, as far as it knows. Afterwards it leads no more. When the write meets a Conflict, read and ask
  /// again.
  [[nodiscard]] std::optional<Lease> release(WallTime wall);

  /// The Lease as last seen; before that an empty one.
  [[nodiscard]] const Lease& seen() const { return seen_; }

  /// Who holds it, as last seen; empty: nobody, or not known yet.
  [[nodiscard]] const std::string& holder() const { return seen_.holder; }

 private:
  [[nodiscard]] bool ours() const { return seen_.holder == identity_; }
  [[nodiscard]] Millis free_at() const;  // local time from which somebody else may take it
  [[nodiscard]] bool may_write(Millis steady, Fitness fitness);
  [[nodiscard]] Step write(WallTime wall) const;

  const std::string identity_;
  const Settings settings_;
  Lease seen_;                     // as last read or written
  Millis seen_changed_{0};         // local time at which it last changed
  std::optional<Millis> renewed_;  // local time at which our newest renewal was sent; unset: not ours
  std::optional<Millis> tried_;    // local time of the last try
  Millis poor_until_{0};           // local time until which we hold it although others may do better
  bool known_ = false;             // seen_ is what is stored, unless somebody wrote since
  bool just_read_ = false;         // in this try: it may go on with a write
};

}  // namespace aia::lease
