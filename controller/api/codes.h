// Every stable word that scripts, alerts and people may match, once: condition types, the codes of conditions,
// decisions and Events, and actions. In the program they are enums; a string is made where one is written (JSON, log,
// metric, Event). docs/reference/reasons.md says what each means; tests/house/test_codes.py holds the two together.
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

/// Why: the reason of a condition or an Event, the code of a reason in status.reasons; in alphabetical order. Unknown
/// stands for a word that another version of the controller wrote.
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

/// What a decision asks for; with Hold nothing is written.
enum class Action : std::uint8_t { Hold, ScaleIn, ScaleOut };

/// What an Event says was done or tried.
enum class EventAction : std::uint8_t { Reconcile, ScaleIn, ScaleOut, Size };

inline constexpr auto kLastConditionType = ConditionType::TargetFound;
inline constexpr auto kLastCode = Code::WriteFailed;

const char* to_string(ConditionType type);
const char* to_string(Code code);
const char* to_string(Action action);
const char* to_string(EventAction action);

/// Unset: no condition type of ours is called that.
std::optional<ConditionType> condition_type_of(std::string_view word);

/// Unknown: no code is called that.
Code code_of(std::string_view word);

}  // namespace aia::api
