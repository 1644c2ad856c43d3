// Reads the targets of all AIAutoscalers at once: fresh scale, rollout state and pod template from the API server, side
// by side; pods from their store, joined to the selectors in one pass and kept where the target owns them.
#pragma once

#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/discovery.h"
#include "controller/kube/ownership.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

class TargetReader {
 public:
  /// All outlive it.
  TargetReader(http::Transport& transport, const ports::Clock& clock, Discovery& discovery,
               const Store<LabelledPod>& pods)
      : transport_(transport), clock_(clock), discovery_(discovery), pods_(pods), ownership_(transport, clock, pods) {}

  /// As ports::Cluster::targets.
  std::vector<Result<ports::Target>> read(const std::vector<api::Autoscaler>& autoscalers, Millis deadline);

 private:
  struct Reading;
  struct Join;
  void take_scale(Reading& reading, Result<http::Response> response);
  std::vector<Claim> join_pods(const std::vector<api::Autoscaler>& autoscalers,
                               std::vector<Result<ports::Target>>& targets) const;
  void bound(Join& join, const std::string& ns, std::vector<Claim>& claims,
             const std::vector<const api::ObjectMeta*>& authors) const;
  template <class Visit>
  void visit_pods(const std::string& ns, Visit visit) const;

  http::Transport& transport_;
  const ports::Clock& clock_;
  Discovery& discovery_;
  const Store<LabelledPod>& pods_;
  Ownership ownership_;
};

}  // namespace aia::kube
