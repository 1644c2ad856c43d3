// Who controls the ReplicaSets, Deployments and StatefulSets between pods and targets: each read once and kept by its
// uid, because its controller hardly ever changes. Watching them all would hold every ReplicaSet of the cluster, old
// ones included, for one field of a few (docs/decisions/0015).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/owner.h"
#include "controller/ports/clock.h"

namespace aia::kube {

/// What was read of one object.
struct KnownOwner {
  Controller controller{};       ///< of it; empty: it has none
  bool gone = false;             ///< there is no such object
  std::optional<Error> error{};  ///< it could not be read; the rest is not known
  Millis asked_at{0}, used_at{0};
};

class OwnerCache {
 public:
  /// An object and its namespace.
  struct Wanted {
    std::string ns;
    Controller of;
  };
  static constexpr std::size_t kMost = 20'000;      ///< kept; beyond that the namespace with the most gives way
  static constexpr std::size_t kMostReads = 1'000;  ///< at a time

  /// Both outlive it.
  OwnerCache(http::Transport& transport, const ports::Clock& clock) : transport_(transport), clock_(clock) {}

  /// Whether its owner is looked up: a ReplicaSet, Deployment or StatefulSet of apps.
  static bool can_read(const Controller& of);

  /// nullptr: not read yet. By namespace, too: a pod's author writes the uid, and may write one of another namespace's.
  const KnownOwner* find(const std::string& ns, const std::string& uid);

  /// No room for more.
  [[nodiscard]] bool full() const { return known_.size() >= kMost; }

  /// Asks for them side by side, the first ones where they are too many. Of what is known already an answer that is
  /// none changes nothing.
  void read(const std::vector<Wanted>& wanted, Millis deadline);

  /// Drops what was not looked for in ten minutes.
  void drop_unused();

 private:
  using Key = std::pair<std::string, std::string>;  ///< namespace and uid
  bool make_room(const std::string& ns);

  http::Transport& transport_;
  const ports::Clock& clock_;
  std::map<Key, KnownOwner> known_;
};

}  // namespace aia::kube
