// Derives each condition from the workload by a function of its own, and Ready from these conditions. Reasons are codes
// (controller/api/codes.h), and messages name the remedy.
#include "controller/loop/workload/conditions.h"

#include <algorithm>

#include "controller/loop/report/condition.h"

namespace aia::loop {
namespace {

using api::Code;
using api::Condition;
using api::ConditionStatus;
using api::ConditionType;
using plan::Trust;

Condition target_found(const Workload& workload) {
  const auto type = ConditionType::TargetFound;
  if (!workload.seen.target_error) {
    const std::string found = workload.object.spec.target.to_string();
    if (!workload.seen.target) return condition(type, ConditionStatus::True, Code::Found, found);
    const auto& target = *workload.seen.target;
    if (!target.pods_unseen.empty())
      return condition(
          type, ConditionStatus::True, Code::PodsUnseen,
          found + "; its pods cannot be seen: " + target.pods_unseen +
              "; the replicas that its scale counts are taken for Ready, no lead time is measured, and pods that "
              "do not serve go unnoticed");
    if (!target.ownership.empty())
      return condition(type, ConditionStatus::True, Code::OwnersUnseen, found + "; " + target.ownership);
    return condition(type, ConditionStatus::True, Code::Found, found);
  }
  const auto& error = *workload.seen.target_error;
  switch (error.kind) {
    case ErrorKind::NotFound:
      return condition(type, ConditionStatus::False, Code::TargetNotFound,
                       error.message + "; create it or correct spec.scaleTargetRef");
    case ErrorKind::Invalid:
      return condition(type, ConditionStatus::False, Code::NoScaleSubresource,
                       error.message + "; spec.scaleTargetRef must name a kind that serves /scale");
    case ErrorKind::Conflict: return condition(type, ConditionStatus::False, Code::TooManyAIAutoscalers, error.message);
    case ErrorKind::Forbidden:
      return condition(type, ConditionStatus::False, Code::Forbidden,
                       error.message + "; allow the controller to get this kind and its scale (manifests/rbac)");
    default: return condition(type, ConditionStatus::Unknown, Code::Unavailable, error.message);
  }
}

Code metrics_reason(Trust trust, bool backlog_missing, bool running_missing) {
  switch (trust) {
    case Trust::Missing: return Code::MetricsMissing;
    case Trust::Stale: return Code::MetricsStale;
    case Trust::Partial: return Code::MetricsPartial;
    case Trust::Whole: break;
  }
  if (backlog_missing) return Code::BacklogMissing;
  return running_missing ? Code::RunningMissing : Code::Whole;
}

/// The demand entry with the worst data gives the reason. Every entry with data that is not whole gets a sentence.
Condition metrics_healthy(const Workload& workload) {
  auto worst = Trust::Whole;
  bool backlog_missing = false, running_missing = false;
  std::string message, unknown;
  const auto add = [&](const std::string& sentence) { message += (message.empty() ? "" : "; ") + sentence; };
  const auto note = [&](const std::string& who, const std::string& words) {
    if (!words.empty()) unknown += "; " + who + ": " + words;
  };
  for (const auto& view : workload.demand) {
    const auto& input = view.input;
    if (input.trust == Trust::Whole) note(input.spec.name, input.trust_note);
    if (!input.backlog_missing) note("backlog of " + input.spec.name, input.backlog_note);
    if (!input.running_missing) note("work in progress of " + input.spec.name, input.running_note);
    worst = std::max(worst, input.trust);
    backlog_missing = backlog_missing || input.backlog_missing;
    running_missing = running_missing || input.running_missing;
    if (input.trust != Trust::Whole) add(input.spec.name + ": " + input.trust_note);
    if (input.backlog_missing) add(input.spec.name + ": the backlog is not known: " + input.backlog_note);
    if (input.running_missing) add(input.spec.name + ": the work in progress is not known: " + input.running_note);
  }
  if (message.empty())
    return condition(ConditionType::MetricsHealthy, ConditionStatus::True, Code::Whole,
                     "every demand query answers in full" + unknown);
  return condition(ConditionType::MetricsHealthy, ConditionStatus::False,
                   metrics_reason(worst, backlog_missing, running_missing),
                   message + "; nothing is scaled in meanwhile" + unknown);
}

/// Returns the code of a model's name: "HoltWinters(24h)" → HoltWinters.
Code code_of_model(const std::string& model) {
  const Code named = api::code_of(std::string_view(model).substr(0, model.find('(')));
  switch (named) {
    case Code::HoltWinters:
    case Code::LastValue:
    case Code::Learned:
    case Code::SeasonalNaive: return named;
    default: return Code::Other;
  }
}

/// Precondition: not Auto.
Code code_of_mode(api::Mode mode) {
  return mode == api::Mode::Paused ? Code::Paused : Code::Recommending;
}

Condition forecast_eligible(const Workload& workload) {
  std::string message;
  const DemandView* worst = workload.demand.empty() ? nullptr : &workload.demand.front();
  for (const auto& view : workload.demand) {
    message += (message.empty() ? "" : "; ") + view.input.spec.name + ": " + view.input.forecast_note;
    if (worst->eligible && !view.eligible) worst = &view;
  }
  const bool eligible = worst != nullptr && worst->eligible;
  return condition(ConditionType::ForecastEligible, eligible ? ConditionStatus::True : ConditionStatus::False,
                   eligible ? code_of_model(worst->model) : Code::ReactiveOnly, message);
}

Condition able_to_scale(const Workload& workload) {
  const auto type = ConditionType::AbleToScale;
  const auto& owner = workload.seen.other_owner;
  const auto mode = workload.object.spec.mode;
  if (mode != api::Mode::Auto) {
    const std::string what = mode == api::Mode::Paused ? "mode is Paused: replicas are held as they are"
                                                       : "mode is Recommend: nothing is scaled until spec.mode is Auto";
    return condition(type, ConditionStatus::Unknown, code_of_mode(mode), owner.empty() ? what : what + "; " + owner);
  }
  if (!owner.empty()) {
    return condition(type, ConditionStatus::False, Code::Conflict,
                     owner + "; let one of them decide, or set spec.mode to Recommend");
  }
  if (!workload.seen.target)
    return condition(type, ConditionStatus::False, Code::NoTarget, "there is nothing to scale, see TargetFound");
  if (workload.seen.target->spec_replicas == 0) {
    return condition(
        type, ConditionStatus::False, Code::ScaledToZeroByHand,
        "somebody set replicas to 0, which we never do; they stay 0 until somebody sets them to 1 or more");
  }
  if (workload.scale_error && workload.scale_error->kind != ErrorKind::Conflict) {
    const bool forbidden = workload.scale_error->kind == ErrorKind::Forbidden;
    return condition(
        type, ConditionStatus::False, forbidden ? Code::Forbidden : Code::WriteFailed,
        workload.scale_error->message +
            (forbidden ? "; allow the controller to patch this kind's scale (manifests/rbac/act.yaml)" : ""));
  }
  if (workload.state->conflicts > 1)
    return condition(
        type, ConditionStatus::False, Code::WriteConflict,
        "the target was written by others each time its replicas were, in " +
            std::to_string(workload.state->conflicts) +
            " cycles in a row: look at what writes it all the time (kubectl get -o yaml --show-managed-fields)");
  if (workload.decision && workload.decision->starts_stuck)
    return condition(type, ConditionStatus::False, Code::StartupStuck, workload.decision->starts_stuck->message);
  return condition(type, ConditionStatus::True, Code::ReadyToScale, "the replicas may be written");
}

Condition scaling_limited(const Workload& workload) {
  const bool limited = workload.decision && workload.decision->limited;
  if (!limited && !workload.seen.unseen.empty()) {
    return condition(ConditionType::ScalingLimited, ConditionStatus::True, Code::WatchStale,
                     workload.seen.unseen + "; nothing is scaled in meanwhile");
  }
  if (!limited)
    return condition(ConditionType::ScalingLimited, ConditionStatus::False, Code::WithinBounds,
                     "the need lies within the bounds");
  const auto& spec = workload.object.spec;
  const bool at_max = workload.decision->cut_by_max;
  return condition(ConditionType::ScalingLimited, ConditionStatus::True, at_max ? Code::MaxReplicas : Code::MinReplicas,
                   at_max ? "demand needs more than maxReplicas " + std::to_string(spec.max_replicas)
                          : "demand needs fewer than minReplicas " + std::to_string(spec.min_replicas));
}

/// Whether the existing replicas serve. False: pods were Ready and are not, or starts do not come up.
Condition replicas_serving(const Workload& workload) {
  const auto type = ConditionType::ReplicasServing;
  if (!workload.seen.target || !workload.decision)
    return condition(type, ConditionStatus::Unknown, Code::NoTarget, "the target is not known, see TargetFound");
  if (!workload.seen.target->pods_unseen.empty())
    return condition(type, ConditionStatus::Unknown, Code::PodsUnseen, "its pods cannot be seen, see TargetFound");
  if (const auto& why = workload.decision->not_serving)
    return condition(type, ConditionStatus::False, why->code, why->message);
  return condition(type, ConditionStatus::True, Code::Serving, "no pod was lost, and starts come up in their time");
}

/// The hold that keeps replicas beyond the need. Replicas kept because they are starting are no fault: that hold ends
/// by itself.
Condition scale_in_held(const Workload& workload) {
  const auto type = ConditionType::ScaleInHeld;
  if (!workload.decision || !workload.decision->held || workload.decision->held->code == Code::Starting)
    return condition(type, ConditionStatus::False, Code::NothingHeld,
                     "what is kept beyond the need is no hold: status.reasons says why");
  return condition(type, ConditionStatus::True, workload.decision->held->code, workload.decision->held->message);
}

/// Whether nodes are requested before the workload's replicas need them. Precondition: the spec names a pool.
Condition nodes_ahead(const Workload& workload) {
  const auto type = ConditionType::NodesAhead;
  const std::string& name = *workload.object.spec.node_pool;
  const auto& trouble = workload.pool.trouble;
  if (trouble == Code::PoolNotFound)
    return condition(
        type, ConditionStatus::False, *trouble,
        "there is no AcceleratorPool " + name + "; ask the cluster's admin for it, or correct spec.nodePoolRefs");
  if (trouble == Code::PoolInvalid)
    return condition(type, ConditionStatus::False, *trouble,
                     "AcceleratorPool " + name + " cannot be used: see its conditions");
  if (trouble == Code::NamespaceNotAllowed)
    return condition(type, ConditionStatus::False, *trouble,
                     "AcceleratorPool " + name + " does not allow namespace " + workload.object.meta.ns +
                         "; its spec.namespaces is the cluster's admin's");
  if (!workload.pool.view)
    return condition(type, ConditionStatus::Unknown, Code::NoPools,
                     "this controller looks after no pools: it sees one namespace only, and pools are the cluster's");
  if (workload.seen.target && !workload.seen.target->replica)
    return condition(type, ConditionStatus::False, Code::ReplicaUnknown,
                     "what a replica asks of nodes is not known: " + workload.seen.target->replica_problem);
  const auto& able = workload.pool.view->able;
  if (able.status == ConditionStatus::False) return condition(type, ConditionStatus::False, able.reason, able.message);
  const auto mode = workload.object.spec.mode;
  if (const auto& error = workload.pool.buffer_error; error && mode == api::Mode::Auto)
    return condition(type, ConditionStatus::False, Code::BufferNotWritten, error->message);
  if (mode != api::Mode::Auto)
    return condition(type, ConditionStatus::Unknown, code_of_mode(mode),
                     mode == api::Mode::Paused ? "mode is Paused: what was asked for is held as it is"
                                               : "mode is Recommend: no nodes are asked for until spec.mode is Auto");
  const auto& arriving = workload.pool.view->arriving;
  if (arriving.status == ConditionStatus::False)
    return condition(type, ConditionStatus::False, arriving.reason, arriving.message);
  return condition(
      type, ConditionStatus::True, Code::Active,
      "nodes are asked for a node lead of " + format_rough(workload.pool.view->lead) + " before replicas start");
}

Condition ready(const Workload& workload, const Condition& target, const Condition& metrics, const Condition& able) {
  const auto mode = workload.object.spec.mode;
  const bool all_missing = std::all_of(workload.demand.begin(), workload.demand.end(),
                                       [](const auto& view) { return view.input.trust == Trust::Missing; });
  if (target.status != ConditionStatus::True)
    return condition(ConditionType::Ready, target.status, target.reason, target.message);
  if (able.status == ConditionStatus::False)
    return condition(ConditionType::Ready, ConditionStatus::False, able.reason, able.message);
  if (all_missing) return condition(ConditionType::Ready, ConditionStatus::False, metrics.reason, metrics.message);
  if (!workload.seen.unseen.empty()) {
    return condition(ConditionType::Ready, ConditionStatus::Unknown, Code::WatchStale,
                     workload.seen.unseen + "; nothing is scaled in meanwhile, and a changed spec may not be heeded");
  }
  if (mode == api::Mode::Paused)
    return condition(ConditionType::Ready, ConditionStatus::True, Code::Paused, able.message);
  if (!workload.outlook.warmed_up) {
    return condition(ConditionType::Ready, ConditionStatus::Unknown, Code::WarmingUp,
                     "history is being read; nothing is scaled in before it is");
  }
  if (mode == api::Mode::Recommend)
    return condition(ConditionType::Ready, ConditionStatus::True, Code::Recommending, able.message);
  return condition(ConditionType::Ready, ConditionStatus::True, Code::Active, "replicas follow demand");
}

}  // namespace

std::vector<Condition> conditions_of(const Workload& workload) {
  return conditions_of(workload, [&] {
    auto target = target_found(workload);
    auto metrics = metrics_healthy(workload);
    auto able = able_to_scale(workload);
    auto sum = ready(workload, target, metrics, able);
    std::vector<Condition> conditions = {
        std::move(sum),  std::move(target),          std::move(metrics),        forecast_eligible(workload),
        std::move(able), replicas_serving(workload), scaling_limited(workload), scale_in_held(workload)};
    if (workload.object.spec.node_pool) conditions.push_back(nodes_ahead(workload));
    return conditions;
  });
}

}  // namespace aia::loop
