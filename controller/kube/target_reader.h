// Reads the targets of all AIAutoscalers at once, each target once: fresh scale, rollout state and pod template from
// the API server, side by side; pods from their store, joined to the selectors in one pass and kept where the target
// owns them. A target's object may be megabytes of what nobody reads here: of each answer only what counts is kept as
// it comes.
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

  /// AIAutoscalers that get one target: one acts, some watch beside it. Each costs memory for all of the target's pods.
  static constexpr std::size_t kMostPerTarget = 4;

  /// As ports::Cluster::targets. Of those that share a target kMostPerTarget get it, first those that may act, then
  /// oldest first; the others' answer is Conflict.
  std::vector<Result<ports::Target>> read(const std::vector<api::Autoscaler>& autoscalers, Millis deadline);

 private:
  struct Reading;
  static std::vector<Reading> readings_of(const std::vector<api::Autoscaler>& autoscalers);
  static std::vector<Result<ports::Target>> shared(std::vector<Reading> readings,
                                                   const std::vector<api::Autoscaler>& autoscalers);
  void take_scale(Reading& reading, Result<http::Response> response);
  Claims join_pods(std::vector<Reading>& readings) const;

  http::Transport& transport_;
  const ports::Clock& clock_;
  Discovery& discovery_;
  const Store<LabelledPod>& pods_;
  Ownership ownership_;
};

}  // namespace aia::kube
