// Controllers of the objects between a pod and its target, such as a ReplicaSet between a pod and a Deployment. Each
// object is read once and kept by its uid, because its controller hardly ever changes. A watch would hold every
// ReplicaSet of the cluster, including old revisions, for a single field (docs/decisions/0015).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/client/controller_ref.h"
#include "controller/ports/clock.h"

namespace aia::kube {

/// The answer to the read of one object.
struct KnownOwner {
  Controller controller{};       ///< of the object; empty: the object has no controller
  bool gone = false;             ///< the object does not exist
  std::optional<Error> error{};  ///< why the object could not be read; then the fields above say nothing
  Millis asked_at{0}, used_at{0};
};

class OwnerCache {
 public:
  /// An object and its namespace.
  struct Wanted {
    std::string ns;
    Controller of;
  };
  static constexpr std::size_t kMost = 20'000;      ///< entries; beyond this the namespace with the most loses some
  static constexpr std::size_t kMostReads = 1'000;  ///< in one call of read()

  /// `transport` and `clock` must outlive the cache.
  OwnerCache(http::Transport& transport, const ports::Clock& clock) : transport_(transport), clock_(clock) {}

  /// True for an object with a valid name of a kind that is read as an owner (Kind::as_owner); only these are read.
  static bool can_read(const Controller& of);

  /// nullptr: not read yet. The namespace is part of the key because the author of a pod writes the uid of its owner,
  /// and may write a uid of another namespace.
  const KnownOwner* find(const std::string& ns, const std::string& uid);

  /// True if kMost objects are kept.
  [[nodiscard]] bool full() const { return known_.size() >= kMost; }

  /// Reads the owners side by side: the first kMostReads, if there are more. A failed read does not replace an earlier
  /// good answer.
  void read(const std::vector<Wanted>& wanted, Millis deadline);

  /// Drops entries that find() did not return for ten minutes.
  void drop_unused();

 private:
  using Key = std::pair<std::string, std::string>;  ///< namespace and uid
  bool make_room(const std::string& ns);

  http::Transport& transport_;
  const ports::Clock& clock_;
  std::map<Key, KnownOwner> known_;
};

}  // namespace aia::kube
