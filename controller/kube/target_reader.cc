// Each answer is reduced to what is read of it as it comes: a pod template may have a megabyte, and of one target
// thousands of AIAutoscalers may ask. See target_reader.h.
#include "controller/kube/target_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "controller/kube/pod_join.h"
#include "controller/kube/replica.h"
#include "controller/kube/request.h"
#include "controller/kube/response.h"
#include "controller/kube/rollout.h"
#include "controller/kube/scale.h"

namespace aia::kube {
namespace {

constexpr std::size_t kTimesEachPod = 4;  ///< it may be seen by so many AIAutoscalers, on average over a namespace
constexpr std::size_t kAlways = 10'000;   ///< pods that those of a namespace may see in all, however few there are

api::ObjectKey target_key(const api::Autoscaler& autoscaler) {
  return {autoscaler.meta.ns, autoscaler.spec.target.name};
}

/// What the target's own object says beyond its scale. If it cannot be read, that holds scale-in as a rollout does, and
/// what a replica asks of nodes is not known.
void take_object(ports::Target& target, const api::TargetRef& ref, Result<http::Response> response) {
  const bool rolls_out = has_rollout(ref.api_version, ref.kind);
  const Result<Json> object = document(std::move(response));
  if (!object) {
    if (rolls_out) target.rollout = "it cannot be read: " + object.error().message;
    target.progress_deadline = Millis::max();  // nothing is known of its progress, so that it cannot be too little
    target.replica_problem = "its pod template cannot be read: " + object.error().message;
    return;
  }
  if (rolls_out) {
    target.rollout = rollout_of(ref.kind, *object);
    if (const Json* pods = find_at(*object, {"spec", "template"})) target.pod_template = std::hash<Json>{}(*pods);
    target.progress_deadline = progress_deadline_of(ref.kind, *object);
    target.ordered = ref.kind == "StatefulSet" && text_at(*object, {"spec", "podManagementPolicy"}) != "Parallel";
    target.first_rank = int_at(*object, {"spec", "ordinals", "start"});
  }
  target.replicas_writer = replicas_writer_of(*object);
  Result<api::ReplicaShape> replica = replica_of(*object);
  if (replica)
    target.replica = std::move(*replica);
  else
    target.replica_problem = replica.error().message;
}

}  // namespace

/// A target, however many AIAutoscalers name it.
struct TargetReader::Reading {
  api::TargetRef ref;
  ports::Target target{};
  std::optional<Error> refused{};  ///< why its scale is not known
};

/// The claims of one namespace.
struct TargetReader::Join {
  PodJoin selectors;
  std::vector<std::size_t> claims{};
};

std::vector<Result<ports::Target>> TargetReader::read(const std::vector<api::Autoscaler>& autoscalers,
                                                      Millis deadline) {
  const Millis began = clock_.steady();
  std::vector<api::TargetRef> refs;
  for (const api::Autoscaler& autoscaler : autoscalers) refs.push_back(autoscaler.spec.target);
  // Half of the time is kept for the targets of those that are known.
  const std::vector<Result<Resource>> resources = discovery_.scale_resources(refs, deadline / 2);

  std::map<std::string, std::size_t> places;  // of readings, by path
  std::vector<std::size_t> place_of(autoscalers.size());
  std::vector<Reading> readings;
  std::vector<http::Request> requests;  // of each reading its scale, then its object
  for (std::size_t i = 0; i < autoscalers.size(); ++i) {
    if (!resources[i]) continue;
    const api::ObjectKey key = target_key(autoscalers[i]);
    const auto [place, is_new] = places.try_emplace(object_path(*resources[i], key), readings.size());
    place_of[i] = place->second;
    if (!is_new) continue;
    readings.push_back({refs[i]});
    requests.push_back(get_request(object_path(*resources[i], key, "scale")));
    requests.push_back(get_request(place->first));
  }
  const Millis left = std::max(deadline - (clock_.steady() - began), Millis(1));
  if (!requests.empty())
    transport_.send_each(requests, left, [&](std::size_t request, Result<http::Response> response) {
      Reading& reading = readings[request / 2];
      if (request % 2 == 0)
        take_scale(reading, std::move(response));
      else
        take_object(reading.target, reading.ref, std::move(response));
    });

  std::vector<Result<ports::Target>> targets;
  targets.reserve(autoscalers.size());
  for (std::size_t i = 0; i < autoscalers.size(); ++i) {
    if (!resources[i]) {
      targets.emplace_back(resources[i].error());
      continue;
    }
    const Reading& reading = readings[place_of[i]];
    targets.push_back(reading.refused ? Result<ports::Target>(*reading.refused) : reading.target);
  }
  std::vector<Claim> claims = join_pods(autoscalers, targets);
  ownership_.settle(claims, std::max(deadline - (clock_.steady() - began), Millis(0)));
  return targets;
}

void TargetReader::take_scale(Reading& reading, Result<http::Response> response) {
  const api::TargetRef& ref = reading.ref;
  if (response && response->status == 404 && !names_object(*response, ref.name)) discovery_.forget(ref.api_version);
  const Result<Json> json = document(std::move(response));
  Result<Scale> scale = json ? scale_from_json(*json) : Result<Scale>(json.error());
  if (!scale) {
    reading.refused = scale.error().in(ref.to_string());
    return;
  }
  ports::Target& target = reading.target;
  target.spec_replicas = scale->spec_replicas;
  target.resource_version = std::move(scale->resource_version);
  target.uid = std::move(scale->uid);
  target.status_replicas = scale->status_replicas;
  target.selector = std::move(scale->selector);
}

/// Without a selector the pods are not none but unknown.
std::vector<Claim> TargetReader::join_pods(const std::vector<api::Autoscaler>& autoscalers,
                                           std::vector<Result<ports::Target>>& targets) const {
  std::vector<Claim> claims;
  std::vector<const api::ObjectMeta*> authors;  // of claims
  std::map<std::string, Join> joins;            // by namespace
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!targets[i]) continue;
    ports::Target& target = *targets[i];
    Result<Selector> selector = parse_selector(target.selector);
    if (target.selector.empty())
      target.pods_unseen =
          "the scale publishes no selector (status.selector): give the kind's scale subresource a labelSelectorPath";
    else if (!selector)
      target.pods_unseen = "the scale's selector does not parse: " + shown(selector.error().message);
    if (!target.pods_unseen.empty()) continue;
    const api::ObjectMeta& meta = autoscalers[i].meta;
    joins[meta.ns].selectors.add(std::move(*selector), claims.size());
    joins[meta.ns].claims.push_back(claims.size());
    claims.push_back({meta.ns, autoscalers[i].spec.target, &target});
    authors.push_back(&meta);
  }
  for (auto& [ns, join] : joins) {
    bound(join, ns, claims, authors);
    visit_pods(ns, [&](const LabelledPod& pod) {
      join.selectors.matches(pod.labels, [&](std::size_t i) {
        if (claims[i].target->pods_unseen.empty()) claims[i].candidates.push_back({pod.pod, pod.controller});
      });
    });
  }
  std::erase_if(claims, [](const Claim& claim) { return !claim.target->pods_unseen.empty(); });
  return claims;
}

/// What is kept of pods grows with them, not with the AIAutoscalers that find the same ones. The oldest are served.
void TargetReader::bound(Join& join, const std::string& ns, std::vector<Claim>& claims,
                         const std::vector<const api::ObjectMeta*>& authors) const {
  if (join.claims.size() <= kTimesEachPod) return;
  std::size_t pods = 0;
  std::vector<std::size_t> found(claims.size());
  visit_pods(ns, [&](const LabelledPod& pod) {
    ++pods;
    join.selectors.matches(pod.labels, [&](std::size_t i) { ++found[i]; });
  });
  std::sort(join.claims.begin(), join.claims.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(authors[a]->created, authors[a]->name) < std::tie(authors[b]->created, authors[b]->name);
  });
  const std::size_t most = std::max(kAlways, kTimesEachPod * pods);
  std::size_t all = 0;
  for (const std::size_t i : join.claims) {
    if (all + found[i] > most)
      claims[i].target->pods_unseen = "older AIAutoscalers of namespace " + ns + " see " + std::to_string(all) +
                                      " of at most " + std::to_string(most) +
                                      " pods, each counted once for each of them: let fewer find the same pods";
    else
      all += found[i];
  }
}

template <class Visit>
void TargetReader::visit_pods(const std::string& ns, Visit visit) const {
  pods_.visit_from({ns, ""}, [&](const api::ObjectKey& key, const LabelledPod& pod) {
    if (key.ns != ns) return false;
    visit(pod);
    return true;
  });
}

}  // namespace aia::kube
