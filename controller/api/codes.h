// Every stable word that scripts, alerts and people may match: condition types, the codes of conditions, decisions and
// Events, and actions. In the program these words are enums; a word becomes a string only where it is written (JSON,
// log, metric, Event). docs/reference/reasons.md explains each word, and tests/house/test_codes.py compares the page
// with this file.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aia::api {

/// The type of a condition of an AIAutoscaler or an AcceleratorPool; in alphabetical order.
enum class ConditionType : std::uint8_t {
  AbleToScale,
  AbleToSize,
  ForecastEligible,
  GpusFound,
  MetricsHealthy,
  NodesAhead,
  NodesArriving,
  NodesFound,
  Ready,
  ReplicasServing,
  ScaleInHeld,
  ScalingLimited,
  SizeLimited,
  TargetFound,
};

/// The reason of a condition or an Event, or the code of a reason in status.reasons; in alphabetical order. Unknown
/// stands for a word from another version of the controller.
enum class Code : std::uint8_t {
  AboveMax,
  Active,
  BacklogMissing,
  BelowMin,
  BeyondMaxObjects,
  BufferNotWritten,
  CapacityLost,
  Conflict,
  Deleting,
  DemandCollapsed,
  DynamicNodePool,
  FitsNoNode,
  Forbidden,
  ForecastFloor,
  Found,
  GpuResourceMissing,
  HoltWinters,
  InternalError,
  InvalidSpec,
  JumpUnconfirmed,
  KeptAhead,
  KindNotKnown,
  LastValue,
  Learned,
  LowerRanksFail,
  MaxNodes,
  MaxReplicas,
  MetricsMissing,
  MetricsPartial,
  MetricsStale,
  MinReplicas,
  NamespaceNotAllowed,
  NoBufferApi,
  NoNodeMatches,
  NoPools,
  NoReadyNode,
  NoScaleSubresource,
  NoTarget,
  NodesEnough,
  NodesNeeded,
  NodesStuck,
  NothingHeld,
  NothingKnown,
  NothingReady,
  Other,
  OwnedByClusterAutoscaler,
  OwnedByOther,
  OwnedByTopology,
  OwnersUnseen,
  Paused,
  PodsNotServing,
  PodsUnseen,
  PoolDeleting,
  PoolInvalid,
  PoolNotFound,
  PoolPaused,
  QueueAlone,
  Reactive,
  ReactiveOnly,
  ReadyToScale,
  ReadyToSize,
  Recommending,
  ReleaseNeeded,
  RemovalUnknown,
  Replacing,
  ReplicaUnknown,
  Rollout,
  RunningMissing,
  ScaleNotFound,
  ScaledIn,
  ScaledOut,
  ScaledToZeroByHand,
  SeasonalNaive,
  Serving,
  SetAside,
  Settled,
  SharedScale,
  ShrinkHeld,
  Shrinking,
  Sized,
  SomeMissing,
  Stabilizing,
  Starting,
  StartupStuck,
  SumOfFigures,
  TargetNotFound,
  Together,
  TooFewReady,
  TooManyAIAutoscalers,
  Unavailable,
  Unknown,
  Unused,
  WarmingUp,
  WatchStale,
  Whole,
  WithinBounds,
  WithinTolerance,
  WriteConflict,
  WriteFailed,
};

/// The direction of a decision. Hold writes nothing.
enum class Action : std::uint8_t { Hold, ScaleIn, ScaleOut };

/// The action that an Event reports as done or tried.
enum class EventAction : std::uint8_t { Reconcile, ScaleIn, ScaleOut, Size };

inline constexpr auto kLastConditionType = ConditionType::TargetFound;
inline constexpr auto kLastCode = Code::WriteFailed;

const char* to_string(ConditionType type);
const char* to_string(Code code);
const char* to_string(Action action);
const char* to_string(EventAction action);

/// Unset: `word` is no condition type of ours.
std::optional<ConditionType> condition_type_of(std::string_view word);

/// Unknown: `word` is no code of ours.
Code code_of(std::string_view word);

}  // namespace aia::api
