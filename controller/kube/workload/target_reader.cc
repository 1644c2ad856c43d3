// Each distinct target is read once, then copied to the AIAutoscalers that share the target. Discovery gets half of the
// deadline at most, so that slow API groups do not use up the time of known targets. See target_reader.h.
#include "controller/kube/workload/target_reader.h"

#include <algorithm>
#include <map>
#include <optional>

#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"
#include "controller/kube/client/scale.h"
#include "controller/kube/client/selector.h"
#include "controller/kube/workload/kind.h"
#include "controller/kube/workload/other_owners.h"
#include "controller/kube/workload/replica.h"

namespace aia::kube {

/// A target and the AIAutoscalers that name the target, as indices into `autoscalers` of the call.
struct TargetReader::Reading {
  std::string ns;
  api::TargetRef ref;
  std::vector<std::size_t> readers{};
  ports::Target target{};
  std::optional<Error> problem{};  ///< if set, `target` is not valid
};

namespace {

/// Longest selector in bytes; no workload has a longer selector. Only etcd bounds the selector of a custom resource.
constexpr std::size_t kMostSelectorBytes = 32U << 10U;

/// Takes rollout state, pod template and replica shape from the target's object. If the object of a kind with rollouts
/// cannot be read, scale-in is held as in a rollout. The replica shape is then unknown for any kind.
void take_object(ports::Target& target, const api::TargetRef& ref, Result<http::Response> response) {
  const Kind& kind = kind_of(ref.api_version, ref.kind);
  const Result<Json> object = document(std::move(response));
  if (!object) {
    if (kind.facts != nullptr) target.rollout = "it cannot be read: " + object.error().message;
    target.progress_deadline = Millis::max();  // progress is unknown, so the rollout never counts as stalled
    target.replica_problem = "its pod template cannot be read: " + object.error().message;
    return;
  }
  WorkloadFacts facts = kind.facts != nullptr ? kind.facts(*object) : WorkloadFacts{};
  target.rollout = std::move(facts.rollout);
  target.progress_deadline = facts.progress_deadline;
  target.pod_template = facts.pod_template;
  target.ordered = facts.ordered;
  target.first_rank = facts.first_rank;
  target.replicas_writer = replicas_writer_of(*object);
  Result<api::ReplicaShape> replica = replica_of(kind, *object);
  if (replica)
    target.replica = std::move(*replica);
  else
    target.replica_problem = shown(replica.error().message);  // the message contains text of the template's author
}

Error too_many(const api::TargetRef& ref) {
  return {ErrorKind::Conflict,
          "more than " + std::to_string(TargetReader::kMostPerTarget) + " AIAutoscalers name " + ref.to_string() +
              ": remove those that nobody needs",
          {}};
}

}  // namespace

std::vector<Result<ports::Target>> TargetReader::read(const std::vector<api::Autoscaler>& autoscalers,
                                                      Millis deadline) {
  const Millis began = clock_.steady();
  std::vector<Reading> readings = readings_of(autoscalers);
  std::vector<api::TargetRef> refs;
  for (const Reading& reading : readings) refs.push_back(reading.ref);
  // The other half of the time is kept for the targets of known resources.
  const std::vector<Result<Resource>> resources = discovery_.scale_resources(refs, deadline / 2);

  std::vector<http::Request> requests;  // for each discovered target: its scale, then its object
  std::vector<Reading*> asked;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    Reading& reading = readings[i];
    if (!resources[i]) {
      reading.problem = resources[i].error();
      continue;
    }
    for (const char* subresource : {"scale", ""}) {
      requests.push_back(get_request(object_path(*resources[i], {reading.ns, reading.ref.name}, subresource)));
      requests.back().tenant = reading.ns;
    }
    asked.push_back(&reading);
  }
  const Millis left = std::max(deadline - (clock_.steady() - began), Millis(1));
  const auto take = [&](std::size_t i, Result<http::Response> answer) {
    Reading& reading = *asked[i / 2];
    i % 2 == 0 ? take_scale(reading, std::move(answer)) : take_object(reading.target, reading.ref, std::move(answer));
  };
  if (!requests.empty()) transport_.send_each(requests, left, take);

  Claims claims = join_pods(readings);
  ownership_.settle(claims, std::max(deadline - (clock_.steady() - began), Millis(0)));
  return shared(std::move(readings), autoscalers);
}

/// The distinct targets, in the order of their first AIAutoscaler.
std::vector<TargetReader::Reading> TargetReader::readings_of(const std::vector<api::Autoscaler>& autoscalers) {
  std::vector<Reading> readings;
  std::map<std::pair<std::string, api::TargetRef>, std::size_t> places;
  for (std::size_t i = 0; i < autoscalers.size(); ++i) {
    const std::string& ns = autoscalers[i].meta.ns;
    const api::TargetRef& ref = autoscalers[i].spec.target;
    const auto [at, added] = places.try_emplace({ns, ref}, readings.size());
    if (added) readings.push_back({ns, ref});
    readings[at->second].readers.push_back(i);
  }
  return readings;
}

/// Copies each target to the first kMostPerTarget AIAutoscalers that name the target: before those in mode Recommend
/// the AIAutoscalers that may act, then oldest first.
std::vector<Result<ports::Target>> TargetReader::shared(std::vector<Reading> readings,
                                                        const std::vector<api::Autoscaler>& autoscalers) {
  const auto goes_first = [&](std::size_t a, std::size_t b) {
    const bool watches_a = autoscalers[a].spec.mode == api::Mode::Recommend;
    const bool watches_b = autoscalers[b].spec.mode == api::Mode::Recommend;
    return watches_a != watches_b ? watches_b : api::is_older(autoscalers[a], autoscalers[b]);
  };
  std::vector<Result<ports::Target>> targets(autoscalers.size(), Error{});
  for (Reading& reading : readings) {
    std::vector<std::size_t>& readers = reading.readers;
    std::sort(readers.begin(), readers.end(), goes_first);
    const std::size_t served = std::min(readers.size(), kMostPerTarget);
    for (std::size_t place = 0; place < readers.size(); ++place) {
      Result<ports::Target>& target = targets[readers[place]];
      if (place >= served)
        target = too_many(reading.ref);
      else if (reading.problem)
        target = *reading.problem;
      else
        target = place + 1 < served ? reading.target : std::move(reading.target);
    }
  }
  return targets;
}

void TargetReader::take_scale(Reading& reading, Result<http::Response> response) {
  const api::TargetRef& ref = reading.ref;
  if (response && response->status == 404 && !names_object(*response, ref.name)) discovery_.forget(ref.api_version);
  const Result<Json> json = document(std::move(response));
  Result<Scale> scale = json ? scale_from_json(*json) : json.error();
  if (!scale) {
    reading.problem = scale.error().in(ref.to_string());
    return;
  }
  ports::Target& target = reading.target;
  target.spec_replicas = scale->spec_replicas;
  target.resource_version = std::move(scale->resource_version);
  target.uid = std::move(scale->uid);
  target.status_replicas = scale->status_replicas;
  if (scale->selector.size() <= kMostSelectorBytes)
    target.selector = std::move(scale->selector);
  else
    target.pods_unseen = "the scale's selector is longer than " + std::to_string(kMostSelectorBytes) + " bytes";
}

/// Matches pods to targets by selector. Without a valid selector the pods of a target are unknown, not zero.
Claims TargetReader::join_pods(std::vector<Reading>& readings) const {
  Claims claims;
  std::map<std::string, PodJoin> joins;  // by namespace
  for (Reading& reading : readings) {
    ports::Target& target = reading.target;
    if (reading.problem || !target.pods_unseen.empty()) continue;
    Result<Selector> selector = parse_selector(target.selector);
    if (target.selector.empty())
      target.pods_unseen =
          "the scale publishes no selector (status.selector): give the kind's scale subresource a labelSelectorPath";
    else if (!selector)
      target.pods_unseen = "the scale's selector does not parse: " + shown(selector.error().message);
    if (!target.pods_unseen.empty()) continue;
    joins[reading.ns].add(std::move(*selector), claims.of_targets.size());
    claims.of_targets.push_back({reading.ns, reading.ref, &target});
  }
  for (const auto& [ns, join] : joins) {
    pods_.visit_from({ns, ""}, [&, &in = ns, &with = join](const api::ObjectKey& key, const LabelledPod& pod) {
      if (key.ns != in) return false;
      const Candidate* found = nullptr;
      with.matches(pod.labels, [&](std::size_t i) {
        if (found == nullptr) found = &claims.found.emplace_back(Candidate{pod.pod, pod.controller});
        claims.of_targets[i].candidates.push_back(found);
      });
      return true;
    });
  }
  return claims;
}

}  // namespace aia::kube
