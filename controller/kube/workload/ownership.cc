// Follows each pod's controllers up to the target through the OwnerCache. Each round reads the owners that are still
// unknown, until the chains end, the deadline passes or eight reads are done; then each target takes its pods. See
// ownership.h.
#include "controller/kube/workload/ownership.h"

#include <algorithm>

#include "controller/api/turns_by_namespace.h"
#include "controller/kube/client/resource.h"
#include "controller/kube/client/response.h"
#include "controller/kube/workload/kind.h"

namespace aia::kube {
namespace {

using To = Belonging::To;

constexpr int kDeepest = 8;  ///< controllers from a pod to its target
constexpr Millis kAskAgain = std::chrono::seconds(30);

/// `controller` is not the target. Returns false if no pod of this controller can belong to the target.
bool may_lead_to(const api::TargetRef& ref, const Controller& controller) {
  const auto& between = kind_of(ref.api_version, ref.kind).between;
  if (!between) return !controller.is(split_api_version(ref.api_version).first, ref.kind);
  return std::any_of(between->begin(), between->end(),
                     [&](const KindName& one) { return controller.is(one.group, one.kind); });
}

/// Whether to read the owner again, because the answer may be out of date (a ReplicaSet may have been adopted). An
/// answer of the API server stands for 30 s; without an answer the next call of settle() reads again.
bool is_due(const KnownOwner& known, Millis began, Millis now) {
  const bool answered = !known.error || known.error->answered;
  return known.asked_at < began && now - known.asked_at >= (answered ? kAskAgain : Millis(0));
}

std::string why_unreadable(const Controller& of) {
  return of.to_string() + " (" + of.api_version + ") is of a kind whose owner is not read: only " +
         kinds_read_as_owners() + " and pods are";
}

std::string why_unread(const Controller& of, const Error& error) {
  const std::string allow = error.kind == ErrorKind::Forbidden ? "; allow get on its kind (manifests/rbac)" : "";
  return of.to_string() + " cannot be read: " + shown(error.message) + allow;
}

std::string why_not_yet(bool full) {
  return full ? " is not read: owners are kept of " + std::to_string(OwnerCache::kMost) +
                    " at most, and most of them for this namespace"
              : " was not read yet";
}

/// Counts of candidates: of the target, of nobody, of an owner that was not read. `other` names the first foreign
/// owner; `why` says why the first unread owner was not read.
struct Settled {
  int its = 0, nobodys = 0, unread = 0;
  std::string other, why;
};

Settled count(const Claim& claim, const Belongings& of) {
  Settled settled;
  for (const Candidate* candidate : claim.candidates) {
    const Belonging& belongs = of.at(candidate->controller.uid);
    settled.its += belongs.to == To::Target ? 1 : 0;
    settled.nobodys += belongs.to == To::Nobody ? 1 : 0;
    settled.unread += belongs.to == To::Unread ? 1 : 0;
    if (belongs.to == To::Unread && settled.why.empty()) settled.why = belongs.words;
    if (belongs.to == To::Other && settled.other.empty()) settled.other = belongs.words;
  }
  return settled;
}

/// Whether the owners between the target and its pods are known, as for built-in kinds.
bool knows_owners(const Claim& claim) {
  return kind_of(claim.ref.api_version, claim.ref.kind).between.has_value();
}

/// Whether an empty set of pods needs an explanation. A kind whose owners are not known may not maintain
/// status.replicas, so spec.replicas counts for such a kind, too.
bool should_have_pods(const Claim& claim) {
  return claim.target->status_replicas > 0 || (!knows_owners(claim) && claim.target->spec_replicas > 0);
}

std::string why_none(const Claim& claim, const Settled& settled) {
  const ports::Target& target = *claim.target;
  const std::string counted = target.status_replicas > 0
                                  ? std::to_string(target.status_replicas) + " pods that the scale counts"
                                  : std::to_string(target.spec_replicas) + " replicas that the scale asks for";
  if (settled.other.empty() && settled.nobodys == 0)
    return "the selector '" + shown(target.selector) + "' matches none of the " + counted;
  return "of the " + counted + " the selector '" + shown(target.selector) + "' finds none that the target owns" +
         (settled.other.empty() ? "" : ", but pods of " + settled.other);
}

/// Where the kind does not tell, the controllers of its pods decide the order of removal. Ranks count within a single
/// controller only.
ports::Removal removal_of(const Kind& kind, const std::vector<const Controller*>& of_pods) {
  using ports::Removal;
  if (kind.removal) return *kind.removal;
  if (of_pods.empty()) return Removal::NotReadyFirst;
  const auto removal = [](const Controller& controller) {
    const Kind& its = kind_of(controller.api_version, controller.kind);
    const bool owns_pods = its.between && its.between->empty();
    return owns_pods && its.removal ? *its.removal : Removal::Unknown;
  };
  const Controller& first = *of_pods.front();
  const auto all = [&](const auto& like) { return std::all_of(of_pods.begin(), of_pods.end(), like); };
  const Removal of_first = removal(first);
  if (!all([&](const Controller* one) { return removal(*one) == of_first; })) return Removal::Unknown;
  const bool of_one = all([&](const Controller* one) { return one->uid == first.uid; });
  return of_first == Removal::HighestRank && !of_one ? Removal::Unknown : of_first;
}

/// Gives the target its pods. A kind whose owners are known always sets a controller, so a pod without a controller is
/// not its pod. The exception: the target has pods, but no candidate names the target. Then the control plane hides
/// owners, and pods without a controller count by their labels.
void take(const Claim& claim, const Belongings& of) {
  ports::Target& target = *claim.target;
  const Settled settled = count(claim, of);
  const bool with_nobodys = !knows_owners(claim) || (settled.its == 0 && target.status_replicas > 0);
  std::vector<const Controller*> of_pods;
  for (const Candidate* candidate : claim.candidates) {
    const To to = of.at(candidate->controller.uid).to;
    if (to == To::Other || (to == To::Nobody && !with_nobodys)) continue;
    target.pods.push_back(candidate->pod);
    of_pods.push_back(&candidate->controller);
  }
  target.removal = removal_of(kind_of(claim.ref.api_version, claim.ref.kind), of_pods);
  const int by_label = settled.unread + (with_nobodys ? settled.nobodys : 0);
  if (by_label > 0)
    target.ownership = std::to_string(by_label) + " of " + std::to_string(target.pods.size()) +
                       " pods count by their labels: " +
                       (settled.why.empty() ? "they name no controller (ownerReferences)" : settled.why);
  if (target.pods.empty() && should_have_pods(claim)) target.pods_unseen = why_none(claim, settled);
}

using WantedOwners = std::map<std::pair<std::string, std::string>, OwnerCache::Wanted>;  // by namespace and uid

/// Orders the owners so that namespaces take turns, because one call reads only the first 1,000.
std::vector<OwnerCache::Wanted> in_turns(WantedOwners owners, std::uint64_t turn) {
  std::vector<std::string> namespaces;
  std::vector<OwnerCache::Wanted*> all;
  for (auto& [key, wanted] : owners) {
    namespaces.push_back(wanted.ns);
    all.push_back(&wanted);
  }
  std::vector<OwnerCache::Wanted> ordered;
  for (const auto i : api::turns_by_namespace(namespaces, turn)) ordered.push_back(std::move(*all[i]));
  return ordered;
}

}  // namespace

void Ownership::settle(Claims& claims, Millis deadline) {
  const std::scoped_lock lock(mutex_);
  const Millis began = clock_.steady();
  for (int round = 0;; ++round) {
    WantedOwners wanted;
    for (const Claim& claim : claims.of_targets) {
      for (const auto& [uid, belonging] : belongings_of(claim, began)) {
        const auto& unread = belonging.unread;
        if (unread) wanted.try_emplace({claim.ns, unread->uid}, OwnerCache::Wanted{claim.ns, *unread});
      }
    }
    const Millis left = deadline - (clock_.steady() - began);
    if (wanted.empty() || left <= Millis(0) || round == kDeepest) break;
    owners_.read(in_turns(std::move(wanted), turn_++), left);
  }
  owners_.drop_unused();
  for (const Claim& claim : claims.of_targets) take(claim, belongings_of(claim, began));
}

/// Computed anew for each use: stored for all claims, the entries would number targets times controllers.
Belongings Ownership::belongings_of(const Claim& claim, Millis began) {
  Belongings of;
  for (const Candidate* candidate : claim.candidates) {
    const auto [at, added] = of.try_emplace(candidate->controller.uid);
    if (added) at->second = follow(claim, candidate->controller, began);
  }
  return of;
}

/// Follows the chain from a pod's controller up to the target. `unread` of the result names the owner to read next.
Belonging Ownership::follow(const Claim& claim, Controller controller, Millis began) {
  if (claim.target->uid.empty()) return {To::Unread, "the scale names no metadata.uid to find their owner by"};
  if (controller.uid.empty()) return {To::Nobody};
  std::optional<Controller> doubtful;  // an owner on the way whose answer is out of date
  for (int depth = 0; depth < kDeepest; ++depth) {
    if (controller.uid == claim.target->uid) return {To::Target};
    if (!may_lead_to(claim.ref, controller)) return {To::Other, controller.to_string(), doubtful};
    const Above above = controller_above(claim, controller, began);
    if (above.unread) return {To::Unread, *above.unread, above.ask ? controller : doubtful};
    if (above.ask && !doubtful) doubtful = controller;
    if (above.controller.uid.empty()) return {To::Other, controller.to_string(), doubtful};
    controller = above.controller;
  }
  return {To::Unread, "its controllers are more than " + std::to_string(kDeepest) + " deep"};
}

/// One step up the chain.
Ownership::Above Ownership::controller_above(const Claim& claim, const Controller& of, Millis began) {
  if (of.is("", "Pod")) return {controller_of_pod(claim.ns, of).value_or(Controller{})};
  if (!OwnerCache::can_read(of)) return {{}, why_unreadable(of)};
  const KnownOwner* known = owners_.find(claim.ns, of.uid);
  if (known == nullptr) return {{}, of.to_string() + why_not_yet(owners_.full()), true};
  const bool due = is_due(*known, began, clock_.steady());
  if (known->error) return {{}, why_unread(of, *known->error), due};
  return {known->gone ? Controller{} : known->controller, std::nullopt, due};
}

std::optional<Controller> Ownership::controller_of_pod(const std::string& ns, const Controller& pod) const {
  const std::optional<LabelledPod> found = pods_.find({ns, pod.name});
  return found && found->pod.uid == pod.uid ? std::optional(found->controller) : std::nullopt;
}

}  // namespace aia::kube
