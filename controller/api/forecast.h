// Forecast (aiautoscaler.io/v1alpha1) as a struct: the expected demand of a single demand entry, shown by `kubectl get
// forecasts`. A Forecast is owned by its AIAutoscaler and named <autoscaler>.<demand>. Numbers travel as decimal
// strings, as the Kubernetes API conventions ask. Demand and queue appear twice: as full figures for programs (six
// significant digits), and under status.summary as `kubectl get forecasts` shows them. Each struct lists its fields
// (schema.h), and a test compares them with crds/forecasts.yaml.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/api/meta.h"
#include "controller/api/reason.h"

namespace aia::api {

// The CRD's bounds of a fan.
inline constexpr std::size_t kMaxFanPoints = 48;
inline constexpr std::size_t kMaxQuantiles = 5;

/// "118", "+38%": a figure as people read it; unset: not known, or not finite.
std::optional<std::string> figure(const std::optional<double>& value);
std::optional<std::string> percent(double share);

/// Demand at `offset` after the forecast's origin: a value per quantile, ascending.
struct FanPoint {
  Millis offset{0};
  std::vector<double> values;
  bool operator==(const FanPoint&) const = default;

  static void fields(auto& at, auto& point) {
    at.required("offset", point.offset);
    at.required("values", point.values, Items{.most = kMaxQuantiles});
  }
};

/// The record of the planning quantile at the lead-time horizon, on the demand's own past.
struct Backtest {
  double skill = 0;  ///< 1 − pinball loss ÷ pinball loss of the last value with equally calibrated quantiles
  double skill_seasonal = 0;  ///< the same against seasonal-naive
  double coverage = 0;        ///< share of steps at or below the planning quantile
  int samples = 0;
  bool operator==(const Backtest&) const = default;

  static void fields(auto& at, auto& backtest) {
    at.optional("skill", backtest.skill);
    at.optional("skillSeasonal", backtest.skill_seasonal);
    at.optional("coverage", backtest.coverage);
    at.optional("samples", backtest.samples);
  }
};

struct ForecastStatus {
  std::optional<double> now;         ///< demand measured now; unset: missing
  std::optional<double> ahead;       ///< median demand when a replica started now is Ready
  std::optional<double> upper;       ///< planning quantile of demand at the same time
  Millis lead{0};                    ///< pod lead time + data age: how far ahead `ahead` looks
  std::optional<double> queue;       ///< requests waiting by then if nothing changed
  std::optional<int> replicas;       ///< replicas that this demand needs, now or at the lead, whichever is more
  std::optional<std::int64_t> gpus;  ///< GPUs of these replicas; unset: a replica's pods are not known
  std::string model;                 ///< "HoltWinters(1d)", "LastValue", "None"
  std::string why;                   ///< why this model, in words
  std::optional<Backtest> backtest;
  std::vector<double> quantiles;  ///< of every FanPoint, ascending, at most 5
  std::vector<FanPoint> fan;      ///< at most 48
  WallTime origin{};              ///< newest sample in the forecast
  WallTime expires{};             ///< not to be used after this time
  bool operator==(const ForecastStatus&) const = default;

  static void fields(auto& at, auto& status) {
    constexpr Text kFigure{.most = 32};
    auto summary = at.optional_object("summary");
    summary.derived("now", figure(status.now), kFigure);
    summary.derived("ahead", figure(status.ahead), kFigure);
    summary.derived("upper", figure(status.upper), kFigure);
    summary.derived("lead", format_rough(status.lead), kFigure);
    summary.derived("queue", figure(status.queue), kFigure);
    summary.derived("skill", status.backtest ? percent(status.backtest->skill) : std::nullopt, kFigure);
    at.optional("now", status.now);
    at.optional("ahead", status.ahead);
    at.optional("upper", status.upper);
    at.optional("lead", status.lead);
    at.optional("queue", status.queue);
    at.optional("replicas", status.replicas);
    at.optional("gpus", status.gpus);
    at.optional("model", status.model, Text{.most = 64});
    at.optional("why", status.why, Text{.most = kMaxMessage});
    at.optional("backtest", status.backtest);
    at.optional("quantiles", status.quantiles, Items{.most = kMaxQuantiles});
    at.optional("fan", status.fan, Items{.most = kMaxFanPoints});
    at.optional("origin", status.origin);
    at.optional("expires", status.expires);
  }
};

struct Forecast {
  ObjectMeta meta;
  std::string autoscaler;  ///< name of the owner
  std::string autoscaler_uid;
  std::string demand;  ///< name of the demand entry
  TargetRef target;
  ForecastStatus status;

  /// The fields of the spec.
  static void fields(auto& at, auto& forecast) {
    at.required("autoscaler", forecast.autoscaler, Text{1, kMaxObjectName});
    at.required("demand", forecast.demand, Text{1, kMaxDemandName});
    at.required("scaleTargetRef", forecast.target);
  }
};

}  // namespace aia::api
