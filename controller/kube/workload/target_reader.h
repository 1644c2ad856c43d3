// Reads the targets of all AIAutoscalers at once, each target once. Scale, rollout state and pod template come fresh
// from the API server, side by side. Pods come from their store, matched to the selectors in a single pass; a target
// keeps the pods that it owns. The object of a target may have megabytes of unused fields. So each answer is reduced to
// the needed fields as soon as the answer arrives.
#pragma once

#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/client/discovery.h"
#include "controller/kube/workload/ownership.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

class TargetReader {
 public:
  /// All arguments must outlive the reader.
  TargetReader(http::Transport& transport, const ports::Clock& clock, Discovery& discovery,
               const Store<LabelledPod>& pods)
      : transport_(transport), clock_(clock), discovery_(discovery), pods_(pods), ownership_(transport, clock, pods) {}

  /// Most AIAutoscalers that get the same target: the acting AIAutoscaler and some in mode Recommend. Each copy takes
  /// memory for all pods of the target.
  static constexpr std::size_t kMostPerTarget = 4;

  /// As ports::Cluster::targets. At most kMostPerTarget AIAutoscalers get a shared target: first the AIAutoscalers that
  /// may act, then oldest first. Any further AIAutoscaler gets Conflict.
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
