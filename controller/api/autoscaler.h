// AIAutoscaler (aiautoscaler.io/v1alpha1) as a struct: the user's spec and our status. Defaults here equal the CRD's
// (crds/aiautoscalers.yaml), and a test compares them. JSON in autoscaler_json.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/api/meta.h"
#include "controller/api/reason.h"

namespace aia::api {

/// Recommend writes only its own status and Forecasts. Auto writes /scale, too. Paused keeps forecasting and leaves the
/// scale alone.
enum class Mode { Recommend, Auto, Paused };

/// The measure of a demand query, always totalled over all replicas.
/// Rate: requests (or work) per second. Concurrency: requests in the system. Both are exogenous, and forecast.
/// Queue: requests waiting. Utilization: mean share of a replica in use (1 = full). Both depend on our own number of
/// replicas: reactive only, never forecast (rule 1).
enum class DemandKind { Rate, Concurrency, Queue, Utilization };

/// Auto combines learned quantiles and the last value by their newest losses (rule 7). Off leaves the plain reactive
/// rule alone; the API spells Off as "None" (as status.model does), because YAML 1.1 reads a bare Off as false.
enum class ModelChoice { Auto, LastValue, SeasonalNaive, HoltWinters, Off };

/// For a query with a series per value of `label`: the demand is the sum of the series, and the heaviest parts are
/// forecast separately.
struct DecomposeSpec {
  std::string label;
  int heaviest = 3;  ///< number of parts to forecast
  bool operator==(const DecomposeSpec&) const = default;
};

struct DemandSpec {
  std::string name;   ///< DNS label; names the Forecast <autoscaler>.<name>
  std::string query;  ///< PromQL with exactly 1 series as its result; with `decompose`, a series per label value
  DemandKind kind = DemandKind::Rate;
  std::optional<std::string> backlog_query;  ///< PromQL: requests waiting; for Rate and Concurrency
  double capacity_per_replica = 0;  ///< the most a SINGLE replica sustains within the SLO, in the query's unit; > 0
  std::optional<DecomposeSpec> decompose{};    ///< for Rate and Concurrency with model Auto
  std::optional<std::string> running_query{};  ///< PromQL: work in progress; for Queue
  bool operator==(const DemandSpec&) const = default;
};

struct ForecastSpec {
  ModelChoice model = ModelChoice::Auto;
  std::vector<Millis> seasons = {std::chrono::hours(24)};  ///< at most 1 for now; empty: no season
  Millis history = std::chrono::hours(336);
  double quantile = 0.95;  ///< planning quantile, in (0.5, 1)
  bool operator==(const ForecastSpec&) const = default;
};

struct ScalingRules {
  std::optional<Millis>
      stabilization_window;         ///< unset: up 0, down the controller's --scale-down-stabilization (300 s)
  std::optional<double> tolerance;  ///< share of current replicas; unset: up 0, down 0.1
  bool operator==(const ScalingRules&) const = default;
};

struct AutoscalerSpec {
  TargetRef target;
  int min_replicas = 1;
  int max_replicas = 1;
  Mode mode = Mode::Recommend;
  std::vector<DemandSpec> demand;  ///< not empty; the largest need wins
  ForecastSpec forecast;
  std::optional<Millis> lead_time;  ///< unset ("Auto"): measured
  ScalingRules scale_up;
  ScalingRules scale_down;
  std::optional<std::string> node_pool{};  ///< name of the AcceleratorPool of the workload's nodes
  bool operator==(const AutoscalerSpec&) const = default;
};

/// The source of a lead time. Observed: from pods Ready before the controller's start, until starts are measured.
enum class LeadTimeSource { Default, Observed, Measured, Configured };

/// Lead time from pod creation to first Ready, without data age. `samples`: the newest measured starts, at most
/// kMaxLeadSamples.
struct LeadTimeStatus {
  LeadTimeSource source = LeadTimeSource::Default;
  Millis p90{0};
  std::vector<Millis> samples;
  bool operator==(const LeadTimeStatus&) const = default;
};
inline constexpr std::size_t kMaxLeadSamples = 50;

/// A collapse of demand during which replicas are kept. A process that starts during a collapse continues the collapse
/// from here.
struct CollapseStatus {
  std::string demand;  ///< name of the demand entry
  WallTime since{};
  int replicas = 0;     ///< replicas at the start of the collapse
  double expected = 0;  ///< planning quantile of demand then, in demand's unit; half of this demand is a return
  bool operator==(const CollapseStatus&) const = default;
};

struct AutoscalerStatus {
  std::int64_t observed_generation = 0;
  int current_replicas = 0;           ///< spec.replicas of the target as we last saw it
  std::optional<int> ready_replicas;  ///< unset: the target's pods cannot be seen
  std::optional<int>
      desired_replicas;  ///< wanted replicas, whether or not the mode lets us write them; unset: not known yet
  std::optional<WallTime> last_scale_time;
  LeadTimeStatus lead_time;
  std::vector<CollapseStatus> collapses{};  ///< of the present collapses, by demand entry
  Reasons reasons;                          ///< from the newest decision, in order, at most 16
  std::vector<Condition> conditions;
  bool operator==(const AutoscalerStatus&) const = default;
};

struct Autoscaler {
  ObjectMeta meta;
  AutoscalerSpec spec;
  AutoscalerStatus status;
};

/// True if `a` takes precedence over `b` in the same namespace: by age, then by name if both were created in the same
/// second.
bool is_older(const Autoscaler& a, const Autoscaler& b);

const char* to_string(Mode);
const char* to_string(DemandKind);
const char* to_string(ModelChoice);
const char* to_string(LeadTimeSource);

inline constexpr Mode kModes[] = {Mode::Recommend, Mode::Auto, Mode::Paused};
inline constexpr DemandKind kDemandKinds[] = {DemandKind::Rate, DemandKind::Concurrency, DemandKind::Queue,
                                              DemandKind::Utilization};
inline constexpr ModelChoice kModelChoices[] = {ModelChoice::Auto, ModelChoice::LastValue, ModelChoice::SeasonalNaive,
                                                ModelChoice::HoltWinters, ModelChoice::Off};
inline constexpr LeadTimeSource kLeadTimeSources[] = {LeadTimeSource::Default, LeadTimeSource::Observed,
                                                      LeadTimeSource::Measured, LeadTimeSource::Configured};

/// True for kinds whose demand is exogenous and may be forecast (rule 1).
constexpr bool is_forecast(DemandKind kind) {
  return kind == DemandKind::Rate || kind == DemandKind::Concurrency;
}

}  // namespace aia::api
