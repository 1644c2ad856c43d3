// AIAutoscaler (aiautoscaler.io/v1alpha1) as a struct: the user's spec and our status. Each struct lists its fields
// with their bounds (schema.h); initial values are the CRD's defaults, and a test compares all of them with
// crds/aiautoscalers.yaml. Rules between fields are in validate.cc.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/api/meta.h"
#include "controller/api/names.h"
#include "controller/api/reason.h"
#include "controller/api/words.h"

namespace aia::api {

// Bounds that others use, too.
inline constexpr int kMaxReplicas = 100'000;
inline constexpr Millis kShortest = std::chrono::seconds(1);
inline constexpr Millis kLongestLead = std::chrono::hours(2);
inline constexpr Millis kLongestHistory = std::chrono::hours(24 * 366);
inline constexpr std::size_t kMaxLeadSamples = 50;

inline constexpr const char* kFromToOrAuto = "must be from {least} to {most}, or \"Auto\" to measure it";
inline constexpr Range<Millis> kLeadRange{kShortest, kLongestLead, kFromToOrAuto, kFromToOrAuto};
inline constexpr Text kQueryText{1, 4096, is_filled, "write a PromQL query, it is empty"};

/// Recommend writes only its own status and Forecasts. Auto writes /scale, too. Paused keeps forecasting and leaves the
/// scale alone.
enum class Mode { Recommend, Auto, Paused };

constexpr auto words_of(Mode) {
  using enum Mode;
  return std::to_array<Word<Mode>>({{Recommend, "Recommend"}, {Auto, "Auto"}, {Paused, "Paused"}});
}
static_assert(is_complete(words_of(Mode{}), Mode::Paused));

/// The measure of a demand query, always totalled over all replicas.
/// Rate: requests (or work) per second. Concurrency: requests in the system. Both are exogenous, and forecast.
/// Queue: requests waiting. Utilization: mean share of a replica in use (1 = full). Both depend on our own number of
/// replicas: reactive only, never forecast (rule 1).
enum class DemandKind { Rate, Concurrency, Queue, Utilization };

constexpr auto words_of(DemandKind) {
  using enum DemandKind;
  return std::to_array<Word<DemandKind>>(
      {{Rate, "Rate"}, {Concurrency, "Concurrency"}, {Queue, "Queue"}, {Utilization, "Utilization"}});
}
static_assert(is_complete(words_of(DemandKind{}), DemandKind::Utilization));

/// True for kinds whose demand is exogenous and may be forecast (rule 1).
constexpr bool is_forecast(DemandKind kind) {
  return kind == DemandKind::Rate || kind == DemandKind::Concurrency;
}

/// Auto combines learned quantiles and the last value by their newest losses (rule 7). Off leaves the plain reactive
/// rule alone; the API spells Off as "None" (as status.model does), because YAML 1.1 reads a bare Off as false.
enum class ModelChoice { Auto, LastValue, SeasonalNaive, HoltWinters, Off };

constexpr auto words_of(ModelChoice) {
  using enum ModelChoice;
  return std::to_array<Word<ModelChoice>>({{Auto, "Auto"},
                                           {LastValue, "LastValue"},
                                           {SeasonalNaive, "SeasonalNaive"},
                                           {HoltWinters, "HoltWinters"},
                                           {Off, "None"}});
}
static_assert(is_complete(words_of(ModelChoice{}), ModelChoice::Off));

/// For a query with a series per value of `label`: the demand is the sum of the series, and the heaviest parts are
/// forecast separately.
struct DecomposeSpec {
  std::string label;
  int heaviest = 3;  ///< number of parts to forecast
  bool operator==(const DecomposeSpec&) const = default;

  static void fields(auto& at, auto& decompose) {
    at.required("label", decompose.label,
                Text{1, 63, is_series_label,
                     "{value} must be a label of the query's series: at most {most} letters, digits or _, not starting "
                     "with a digit, e.g. client"});
    at.defaulted("heaviest", decompose.heaviest, Range<int>{1, 8});
  }
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

  static void fields(auto& at, auto& demand) {
    at.required(
        "name", demand.name,
        Text{1, kMaxDemandName, is_demand_name,
             "{value} must be at most {most} lower-case letters, digits or -, starting and ending with a letter "
             "or digit"});
    auto metric = at.required_object("metric");
    metric.required("query", demand.query, kQueryText);
    metric.required("kind", demand.kind);
    metric.optional("decompose", demand.decompose);
    auto backlog = at.optional_object("backlog");
    backlog.required("query", demand.backlog_query, kQueryText);
    auto running = at.optional_object("running");
    running.required("query", demand.running_query, kQueryText);
    auto capacity = at.required_object("capacity");
    capacity.required("perReplica", demand.capacity_per_replica,
                      Decimal{.open = true, .says = "must be greater than 0: what one replica sustains, e.g. \"12\""});
  }
};

struct ForecastSpec {
  ModelChoice model = ModelChoice::Auto;
  std::vector<Millis> seasons = {std::chrono::hours(24)};  ///< at most 1 for now; empty: no season
  Millis history = std::chrono::hours(336);
  double quantile = 0.95;  ///< planning quantile, in (0.5, 1)
  bool operator==(const ForecastSpec&) const = default;

  static void fields(auto& at, auto& forecast) {
    at.defaulted("model", forecast.model);
    at.defaulted("seasons", forecast.seasons, Items{.most = 1, .above = "at most one season; remove the others"},
                 Range<Millis>{kShortest, std::chrono::hours(24 * 31)});
    at.defaulted("history", forecast.history, Range<Millis>{std::chrono::seconds(10), kLongestHistory});
    at.defaulted(
        "quantile", forecast.quantile,
        Decimal{
            .least = 0.5, .most = 1, .open = true, .says = "must be greater than 0.5 and less than 1, e.g. \"0.95\""});
  }
};

struct ScalingRules {
  std::optional<Millis>
      stabilization_window;         ///< unset: up 0, down the controller's --scale-down-stabilization (300 s)
  std::optional<double> tolerance;  ///< share of current replicas; unset: up 0, down 0.1
  bool operator==(const ScalingRules&) const = default;

  static void fields(auto& at, auto& rules) {
    at.in_seconds("stabilizationWindowSeconds", rules.stabilization_window,
                  Range<std::chrono::seconds>{std::chrono::seconds(0), std::chrono::hours(1)});
    at.optional(
        "tolerance", rules.tolerance,
        Decimal{.most = 1, .says = "must be from \"0\" to \"1\", a share of the current replicas, e.g. \"0.1\""});
  }
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

  static void fields(auto& at, auto& spec) {
    at.required("scaleTargetRef", spec.target);
    at.defaulted("minReplicas", spec.min_replicas,
                 Range<int>{1, kMaxReplicas, "must be at least {least}; scaling to zero is not supported", kAtMost});
    at.required("maxReplicas", spec.max_replicas, Range<int>{1, kMaxReplicas, kFromTo, kAtMost});
    at.defaulted("mode", spec.mode);
    at.required("demand", spec.demand, Items{1, 8, "write at least one entry", "at most {most} entries; remove some"});
    at.defaulted("forecast", spec.forecast);
    at.or_auto("leadTime", spec.lead_time, kLeadRange);
    auto behavior = at.defaulted_object("behavior");
    behavior.defaulted("scaleUp", spec.scale_up);
    behavior.defaulted("scaleDown", spec.scale_down);
    auto pool = at.at_most_one("nodePoolRefs", "one pool for now; remove the others");
    pool.required("name", spec.node_pool,
                  Text{1, kMaxObjectName, is_filled, "is empty; write the name of an AcceleratorPool"});
  }
};

/// The source of a lead time. Observed: from pods Ready before the controller's start, until starts are measured.
enum class LeadTimeSource { Default, Observed, Measured, Configured };

constexpr auto words_of(LeadTimeSource) {
  using enum LeadTimeSource;
  return std::to_array<Word<LeadTimeSource>>(
      {{Default, "Default"}, {Observed, "Observed"}, {Measured, "Measured"}, {Configured, "Configured"}});
}
static_assert(is_complete(words_of(LeadTimeSource{}), LeadTimeSource::Configured));

/// Lead time from pod creation to first Ready, without data age. `samples`: the newest measured starts, at most
/// kMaxLeadSamples.
struct LeadTimeStatus {
  LeadTimeSource source = LeadTimeSource::Default;
  Millis p90{0};
  std::vector<Millis> samples;
  bool operator==(const LeadTimeStatus&) const = default;

  static void fields(auto& at, auto& lead) {
    at.optional("source", lead.source);
    at.optional("p90", lead.p90);
    at.optional("samples", lead.samples, Items{.most = kMaxLeadSamples, .newest_last = true});
  }
};

/// A collapse of demand during which replicas are kept. A process that starts during a collapse continues the collapse
/// from here.
struct CollapseStatus {
  std::string demand;  ///< name of the demand entry
  WallTime since{};
  int replicas = 0;     ///< replicas at the start of the collapse
  double expected = 0;  ///< planning quantile of demand then, in demand's unit; half of this demand is a return
  bool operator==(const CollapseStatus&) const = default;

  static void fields(auto& at, auto& collapse) {
    at.required("demand", collapse.demand, Text{.most = 63});
    at.required("since", collapse.since);
    at.required("replicas", collapse.replicas);
    at.required("expected", collapse.expected);
  }
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

  static void fields(auto& at, auto& status) {
    at.optional("observedGeneration", status.observed_generation);
    at.optional("currentReplicas", status.current_replicas);
    at.optional("readyReplicas", status.ready_replicas);
    at.optional("desiredReplicas", status.desired_replicas);
    at.optional("lastScaleTime", status.last_scale_time);
    at.optional("leadTime", status.lead_time);
    at.optional("collapses", status.collapses, Items{.most = 16});
    at.optional("reasons", status.reasons, Items{.most = kMaxReasons});
    at.optional("conditions", status.conditions, Items{.most = 16});
  }
};

struct Autoscaler {
  ObjectMeta meta;
  AutoscalerSpec spec;
  AutoscalerStatus status;
};

/// True if `a` takes precedence over `b` in the same namespace: by age, then by name if both were created in the same
/// second.
bool is_older(const Autoscaler& a, const Autoscaler& b);

}  // namespace aia::api
