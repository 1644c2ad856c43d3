// Which of the pods that a selector finds are a target's own: those whose controllers lead up to it. Labels only find
// candidates; a canary's pods may carry the same. Where the chain cannot be read a pod counts by its labels, and that
// is said. Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "controller/kube/owner_cache.h"
#include "controller/kube/pod.h"
#include "controller/kube/store.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

/// A pod that the selector finds.
struct Candidate {
  ports::Pod pod;
  Controller controller;
};

/// Whose pod it is.
struct Belonging {
  enum class To { Target, Other, Nobody, Unread };
  To to = To::Unread;
  std::string words{};                 ///< Unread: why; Other: whose
  std::optional<Controller> unread{};  ///< what to read to know, or to know anew
};

using Belongings = std::map<std::string, Belonging>;  ///< by uid of the controller

/// One target and its candidates, in the order in which it gets them.
struct Claim {
  std::string ns;
  api::TargetRef ref;
  ports::Target* target = nullptr;
  std::vector<const Candidate*> candidates{};
};

/// A pod that many selectors find is kept once: thousands of targets may publish the same selector.
struct Claims {
  std::deque<Candidate> found{};  ///< candidates stay where they are
  std::vector<Claim> of_targets{};
};

class Ownership {
 public:
  /// All outlive it.
  Ownership(http::Transport& transport, const ports::Clock& clock, const Store<LabelledPod>& pods)
      : clock_(clock), pods_(pods), owners_(transport, clock) {}

  /// Gives each target its pods, and the words for what is not known of them: pods_unseen, ownership.
  void settle(Claims& claims, Millis deadline);

 private:
  Belongings belongings_of(const Claim& claim, Millis began);
  Belonging follow(const Claim& claim, Controller controller, Millis began);
  std::optional<Controller> controller_of_pod(const std::string& ns, const Controller& pod) const;

  const ports::Clock& clock_;
  const Store<LabelledPod>& pods_;
  std::mutex mutex_;
  OwnerCache owners_;
  std::uint64_t turn_ = 0;
};

}  // namespace aia::kube
