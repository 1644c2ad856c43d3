// Leader election on a coordination.k8s.io/v1 Lease as a pure state machine: told what the API server answered and when
// (local monotonic time; remote timestamps are never compared), it says what to do next. The shell around it sends the
// requests; a simulation plays them. Rules as client-go's leaderelection
// (https://pkg.go.dev/k8s.io/client-go/tools/leaderelection): a lease that was not seen to change for its duration is
// free; a leader that could not renew for the renew deadline stops writing, before anyone else may begin.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/api/result.h"
#include "controller/api/time.h"

namespace aia::lease {

struct Settings {
  Millis duration{std::chrono::seconds(10)};       ///< a successor waits this long since it last saw a renewal
  Millis renew_deadline{std::chrono::seconds(7)};  ///< without a renewal for so long the leader writes no more
  Millis retry{std::chrono::seconds(1)};           ///< between two tries, to acquire or to renew
};

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

  /// The next step at `steady`. `wall` only goes into the Lease's timestamps, for people.
  [[nodiscard]] Step next(Millis steady, WallTime wall);

  /// A Read was answered at `steady`; unset: there is no such Lease.
  void was_read(const Result<std::optional<Lease>>& answer, Millis steady);

  /// A Write that was sent at `sent` was answered at `steady`, with the Lease as stored. A renewal counts from `sent`:
  /// whoever watches may have seen it that early. After an Error its outcome is not known: the Lease is read again.
  void was_written(const Result<Lease>& answer, Millis sent, Millis steady);

  /// How long this process may still write at `steady`; zero or less: it does not lead.
  [[nodiscard]] Millis time_left(Millis steady) const;
  [[nodiscard]] bool leading(Millis steady) const { return time_left(steady) > Millis(0); }

  /// The last write of a leader that stops (holder empty, duration 1 s), so that a successor need not wait; unset: it
  /// does not lead. Afterwards it leads no more.
  [[nodiscard]] std::optional<Lease> release(Millis steady, WallTime wall);

  /// Who holds it, as last seen; empty: nobody, or not known yet.
  [[nodiscard]] const std::string& holder() const;

 private:
  const std::string identity_;
  const Settings settings_;
  std::optional<Lease> seen_;           // as last read or written
  std::optional<Millis> seen_changed_;  // local time at which it last changed
  std::optional<Millis> renewed_;       // local time at which our newest renewal was sent; unset: not ours
  std::optional<Millis> tried_;         // local time of the last try
  bool read_next_ = true;               // what is stored is not known
};

}  // namespace aia::lease
