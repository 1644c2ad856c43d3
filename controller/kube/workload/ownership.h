// Decides which pods belong to a target: the pods whose chain of controllers leads up to the target. The selector only
// finds candidates, because the pods of a canary may carry the same labels. Where the chain cannot be read, a pod
// counts by its labels, and Target::ownership says so. Source:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "controller/kube/watch/store.h"
#include "controller/kube/workload/owner_cache.h"
#include "controller/kube/workload/pod.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

/// A pod that matches a selector.
struct Candidate {
  ports::Pod pod;
  Controller controller;
};

/// The owner at the end of a pod's chain of controllers.
struct Belonging {
  enum class To { Target, Other, Nobody, Unread };
  To to = To::Unread;
  std::string words{};                 ///< Unread: the reason; Other: the owner
  std::optional<Controller> unread{};  ///< the owner to read first, or again
};

using Belongings = std::map<std::string, Belonging>;  ///< by the uid of the pod's controller

/// A target and its candidates; the target gets its pods in this order.
struct Claim {
  std::string ns;
  api::TargetRef ref;
  ports::Target* target = nullptr;
  std::vector<const Candidate*> candidates{};
};

/// A pod that matches many selectors is stored once, because thousands of targets may publish the same selector.
struct Claims {
  std::deque<Candidate> found{};  ///< a deque, because claims point into it
  std::vector<Claim> of_targets{};
};

class Ownership {
 public:
  /// `transport`, `clock` and `pods` must outlive this object.
  Ownership(http::Transport& transport, const ports::Clock& clock, const Store<LabelledPod>& pods)
      : clock_(clock), pods_(pods), owners_(transport, clock) {}

  /// Fills `pods` and `removal` of each target. Says in pods_unseen why a target has no pods, and in ownership why some
  /// count by their labels.
  void settle(Claims& claims, Millis deadline);

 private:
  Belongings belongings_of(const Claim& claim, Millis began);
  /// The controller of an owner.
  struct Above {
    Controller controller{};              ///< empty: the owner has none, or is gone
    std::optional<std::string> unread{};  ///< why the controller is not known
    bool ask = false;                     ///< the owner is to be read, or read again
  };
  Belonging follow(const Claim& claim, Controller controller, Millis began);
  Above controller_above(const Claim& claim, const Controller& of, Millis began);
  std::optional<Controller> controller_of_pod(const std::string& ns, const Controller& pod) const;

  const ports::Clock& clock_;
  const Store<LabelledPod>& pods_;
  std::mutex mutex_;
  OwnerCache owners_;
  std::uint64_t turn_ = 0;
};

}  // namespace aia::kube
