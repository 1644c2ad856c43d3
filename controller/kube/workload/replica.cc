// Adds up containers, init containers, sidecars, pod-level resources and overhead of each pod template. The kind of the
// workload tells which templates a replica has (kind.h).
#include "controller/kube/workload/replica.h"

#include <algorithm>
#include <limits>

namespace aia::kube {
namespace {

using api::Amounts;

/// Amounts of a map of requests or limits. A CRD may store quantities as whole numbers; pods never do.
Result<Amounts> amounts_from(const Json* list) {
  Amounts amounts;
  if (list == nullptr || !list->is_object()) return amounts;
  for (const auto& [name, value] : list->items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : dump_json(value);
    const Result<std::int64_t> read = api::amount_of(name, text);
    if (!read) return read.error();
    amounts[name] = *read;
  }
  return amounts;
}

/// The requests of a container or pod; where a resource has no request, its limit.
Result<Amounts> requests_in(const Json& owner) {
  Result<Amounts> requests = amounts_from(find_at(owner, {"resources", "requests"}));
  if (!requests) return requests.error().in("resources.requests");
  const Result<Amounts> limits = amounts_from(find_at(owner, {"resources", "limits"}));
  if (!limits) return limits.error().in("resources.limits");
  requests->insert(limits->begin(), limits->end());
  return requests;
}

std::string name_of(const Json& container) {
  return "container \"" + text_at(container, {"name"}) + '"';
}

/// The most that init containers request at a time, including sidecars started before. Adds the sidecars to `sidecars`.
Result<Amounts> starting(const Json& pod_spec, Amounts& sidecars) {
  Amounts most;
  for (const Json& init : list_at(pod_spec, {"initContainers"})) {
    const Result<Amounts> asked = requests_in(init);
    if (!asked) return asked.error().in(name_of(init));
    const Amounts with_sidecars = api::sum(*asked, sidecars);
    if (text_at(init, {"restartPolicy"}) == "Always") sidecars = with_sidecars;
    most = api::larger(std::move(most), with_sidecars);
  }
  return most;
}

constexpr std::size_t kMostResources = 64;
constexpr std::size_t kLongestName = 317;  ///< "<DNS name of 253>/<63>"

/// False if a template has too many requests; the template of a custom resource may hold megabytes.
bool is_plausible(const Amounts& requests) {
  return requests.size() <= kMostResources && std::all_of(requests.begin(), requests.end(), [](const auto& one) {
           return one.first.size() <= kLongestName;
         });
}

}  // namespace

Result<Amounts> requests_of_pod(const Json& pod_spec) {
  Amounts serving;
  for (const Json& container : list_at(pod_spec, {"containers"})) {
    const Result<Amounts> asked = requests_in(container);
    if (!asked) return asked.error().in(name_of(container));
    serving = api::sum(std::move(serving), *asked);
  }
  Amounts sidecars;
  const Result<Amounts> start = starting(pod_spec, sidecars);
  if (!start) return start.error();
  Amounts requests = api::larger(api::sum(std::move(serving), sidecars), *start);
  const Result<Amounts> of_pod = requests_in(pod_spec);
  if (!of_pod) return of_pod.error();
  for (const auto& [name, amount] : *of_pod) requests[name] = amount;  // pod-level requests replace the containers' sum
  const Result<Amounts> overhead = amounts_from(find_at(pod_spec, {"overhead"}));
  if (!overhead) return overhead.error().in("overhead");
  return api::sum(std::move(requests), *overhead);
}

Result<Amounts> requests_of_part(const PodPart& part) {
  const Json* spec = part.pod_template == nullptr ? nullptr : find_at(*part.pod_template, {"spec"});
  if (spec == nullptr) return Error{ErrorKind::Invalid, "its pod template has no spec", {}};
  if (!list_at(*spec, {"resourceClaims"}).empty())
    return Error{ErrorKind::Invalid, "its pods claim devices (spec.resourceClaims), and how many is not read", {}};
  Result<Amounts> requests = requests_of_pod(*spec);
  if (!requests) return requests.error().in("its pod template");
  if (!is_plausible(*requests))
    return Error{ErrorKind::Invalid,
                 "its pods ask for more than " + std::to_string(kMostResources) +
                     " resources, or for some with names of more than " + std::to_string(kLongestName) + " characters",
                 {}};
  return requests;
}

int pods_of_part(const PodPart& part) {
  return static_cast<int>(std::clamp<std::int64_t>(part.pods, 0, std::numeric_limits<int>::max()));
}

Result<api::ReplicaShape> replica_of(const Kind& kind, const Json& object) {
  const Result<std::vector<PodPart>> parts = kind.parts(object);
  if (!parts) return parts.error();
  api::ReplicaShape replica;
  for (const PodPart& part : *parts) {
    Result<Amounts> requests = requests_of_part(part);
    if (!requests) return requests.error();
    if (const int pods = pods_of_part(part); pods > 0) replica.pods.push_back({std::move(*requests), pods});
  }
  return replica;
}

}  // namespace aia::kube
