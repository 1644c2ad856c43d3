// The tables of stable words. A word of another version of the controller is no fault: an unknown code is read as
// Unknown.
#include "controller/api/codes.h"

#include <array>

#include "controller/api/words.h"

namespace aia::api {
namespace {

constexpr auto kConditionTypes = std::to_array<Word<ConditionType>>({
    {ConditionType::AbleToScale, "AbleToScale"},
    {ConditionType::AbleToSize, "AbleToSize"},
    {ConditionType::ForecastEligible, "ForecastEligible"},
    {ConditionType::GpusFound, "GpusFound"},
    {ConditionType::MetricsHealthy, "MetricsHealthy"},
    {ConditionType::NodesAhead, "NodesAhead"},
    {ConditionType::NodesArriving, "NodesArriving"},
    {ConditionType::NodesFound, "NodesFound"},
    {ConditionType::Ready, "Ready"},
    {ConditionType::ReplicasServing, "ReplicasServing"},
    {ConditionType::ScaleInHeld, "ScaleInHeld"},
    {ConditionType::ScalingLimited, "ScalingLimited"},
    {ConditionType::SizeLimited, "SizeLimited"},
    {ConditionType::TargetFound, "TargetFound"},
});

constexpr auto kCodes = std::to_array<Word<Code>>({
    {Code::AboveMax, "AboveMax"},
    {Code::Active, "Active"},
    {Code::BacklogMissing, "BacklogMissing"},
    {Code::BelowMin, "BelowMin"},
    {Code::BeyondMaxObjects, "BeyondMaxObjects"},
    {Code::BufferNotWritten, "BufferNotWritten"},
    {Code::CapacityLost, "CapacityLost"},
    {Code::Conflict, "Conflict"},
    {Code::Deleting, "Deleting"},
    {Code::DemandCollapsed, "DemandCollapsed"},
    {Code::DynamicNodePool, "DynamicNodePool"},
    {Code::FitsNoNode, "FitsNoNode"},
    {Code::Forbidden, "Forbidden"},
    {Code::ForecastFloor, "ForecastFloor"},
    {Code::Found, "Found"},
    {Code::GpuResourceMissing, "GpuResourceMissing"},
    {Code::HoltWinters, "HoltWinters"},
    {Code::InternalError, "InternalError"},
    {Code::InvalidSpec, "InvalidSpec"},
    {Code::JumpUnconfirmed, "JumpUnconfirmed"},
    {Code::KeptAhead, "KeptAhead"},
    {Code::KindNotKnown, "KindNotKnown"},
    {Code::LastValue, "LastValue"},
    {Code::Learned, "Learned"},
    {Code::LowerRanksFail, "LowerRanksFail"},
    {Code::MaxNodes, "MaxNodes"},
    {Code::MaxReplicas, "MaxReplicas"},
    {Code::MetricsMissing, "MetricsMissing"},
    {Code::MetricsPartial, "MetricsPartial"},
    {Code::MetricsStale, "MetricsStale"},
    {Code::MinReplicas, "MinReplicas"},
    {Code::NamespaceNotAllowed, "NamespaceNotAllowed"},
    {Code::NoBufferApi, "NoBufferApi"},
    {Code::NoNodeMatches, "NoNodeMatches"},
    {Code::NoPools, "NoPools"},
    {Code::NoReadyNode, "NoReadyNode"},
    {Code::NoScaleSubresource, "NoScaleSubresource"},
    {Code::NoTarget, "NoTarget"},
    {Code::NodesEnough, "NodesEnough"},
    {Code::NodesNeeded, "NodesNeeded"},
    {Code::NodesStuck, "NodesStuck"},
    {Code::NothingHeld, "NothingHeld"},
    {Code::NothingKnown, "NothingKnown"},
    {Code::NothingReady, "NothingReady"},
    {Code::Other, "Other"},
    {Code::OwnedByClusterAutoscaler, "OwnedByClusterAutoscaler"},
    {Code::OwnedByOther, "OwnedByOther"},
    {Code::OwnedByTopology, "OwnedByTopology"},
    {Code::OwnersUnseen, "OwnersUnseen"},
    {Code::Paused, "Paused"},
    {Code::PodsNotServing, "PodsNotServing"},
    {Code::PodsUnseen, "PodsUnseen"},
    {Code::PoolDeleting, "PoolDeleting"},
    {Code::PoolInvalid, "PoolInvalid"},
    {Code::PoolNotFound, "PoolNotFound"},
    {Code::PoolPaused, "PoolPaused"},
    {Code::QueueAlone, "QueueAlone"},
    {Code::Reactive, "Reactive"},
    {Code::ReactiveOnly, "ReactiveOnly"},
    {Code::ReadyToScale, "ReadyToScale"},
    {Code::ReadyToSize, "ReadyToSize"},
    {Code::Recommending, "Recommending"},
    {Code::ReleaseNeeded, "ReleaseNeeded"},
    {Code::RemovalUnknown, "RemovalUnknown"},
    {Code::Replacing, "Replacing"},
    {Code::ReplicaUnknown, "ReplicaUnknown"},
    {Code::Rollout, "Rollout"},
    {Code::RunningMissing, "RunningMissing"},
    {Code::ScaleNotFound, "ScaleNotFound"},
    {Code::ScaledIn, "ScaledIn"},
    {Code::ScaledOut, "ScaledOut"},
    {Code::ScaledToZeroByHand, "ScaledToZeroByHand"},
    {Code::SeasonalNaive, "SeasonalNaive"},
    {Code::Serving, "Serving"},
    {Code::SetAside, "SetAside"},
    {Code::Settled, "Settled"},
    {Code::SharedScale, "SharedScale"},
    {Code::ShrinkHeld, "ShrinkHeld"},
    {Code::Shrinking, "Shrinking"},
    {Code::Sized, "Sized"},
    {Code::SomeMissing, "SomeMissing"},
    {Code::Stabilizing, "Stabilizing"},
    {Code::Starting, "Starting"},
    {Code::StartupStuck, "StartupStuck"},
    {Code::SumOfFigures, "SumOfFigures"},
    {Code::TargetNotFound, "TargetNotFound"},
    {Code::Together, "Together"},
    {Code::TooFewReady, "TooFewReady"},
    {Code::TooManyAIAutoscalers, "TooManyAIAutoscalers"},
    {Code::Unavailable, "Unavailable"},
    {Code::Unknown, "Unknown"},
    {Code::Unused, "Unused"},
    {Code::WarmingUp, "WarmingUp"},
    {Code::WatchStale, "WatchStale"},
    {Code::Whole, "Whole"},
    {Code::WithinBounds, "WithinBounds"},
    {Code::WithinTolerance, "WithinTolerance"},
    {Code::WriteConflict, "WriteConflict"},
    {Code::WriteFailed, "WriteFailed"},
});

static_assert(is_complete(kConditionTypes, kLastConditionType));
static_assert(is_complete(kCodes, kLastCode));

}  // namespace

const char* to_string(ConditionType type) {
  return kConditionTypes.at(static_cast<std::size_t>(type)).text;
}

const char* to_string(Code code) {
  return kCodes.at(static_cast<std::size_t>(code)).text;
}

const char* to_string(Action action) {
  switch (action) {
    case Action::ScaleIn: return "ScaleIn";
    case Action::ScaleOut: return "ScaleOut";
    case Action::Hold: break;
  }
  return "Hold";
}

const char* to_string(EventAction action) {
  switch (action) {
    case EventAction::ScaleIn: return "ScaleIn";
    case EventAction::ScaleOut: return "ScaleOut";
    case EventAction::Size: return "Size";
    case EventAction::Reconcile: break;
  }
  return "Reconcile";
}

std::optional<ConditionType> condition_type_of(std::string_view word) {
  return find_word(kConditionTypes, word);
}

Code code_of(std::string_view word) {
  return find_word(kCodes, word).value_or(Code::Unknown);
}

}  // namespace aia::api
