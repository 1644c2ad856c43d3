// Forecast (aiautoscaler.io/v1alpha1) as a struct: the expected demand of a single demand entry, shown by `kubectl get
// forecasts`. A Forecast is owned by its AIAutoscaler and named <autoscaler>.<demand>. Numbers travel as decimal
// strings, as the Kubernetes API conventions ask. JSON in forecast_json.h.
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

/// Demand at `offset` after the forecast's origin: a value per quantile, ascending.
struct FanPoint {
  Millis offset{0};
  std::vector<double> values;
  bool operator==(const FanPoint&) const = default;
};

/// The record of the planning quantile at the lead-time horizon, on the demand's own past.
struct Backtest {
  double skill = 0;  ///< 1 − pinball loss ÷ pinball loss of the last value with equally calibrated quantiles
  double skill_seasonal = 0;  ///< the same against seasonal-naive
  double coverage = 0;        ///< share of steps at or below the planning quantile
  int samples = 0;
  bool operator==(const Backtest&) const = default;
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
};

struct Forecast {
  ObjectMeta meta;
  std::string autoscaler;  ///< name of the owner
  std::string autoscaler_uid;
  std::string demand;  ///< name of the demand entry
  TargetRef target;
  ForecastStatus status;
};

}  // namespace aia::api
