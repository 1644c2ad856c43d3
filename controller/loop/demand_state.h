// What is kept of one demand entry between cycles: its forecaster and how far it was fed, and what was said about the
// moments to come, to be held against them when they arrive.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "controller/api/autoscaler.h"
#include "controller/loop/series_history.h"
#include "controller/loop/sources.h"
#include "controller/ports/reporter.h"
#include "forecasting/forecaster.h"

namespace aia::loop {

/// What a forecaster was built from: another query, grid, season, model, quantile or span means another forecaster.
struct SeriesIdentity {
  std::string query;
  api::DemandKind kind = api::DemandKind::Rate;
  api::ForecastSpec forecast;
  Millis step{0};
  bool operator==(const SeriesIdentity&) const = default;
};

/// True when this demand is forecast at all: exogenous, and a model is allowed.
bool wants_forecast(const api::DemandSpec& demand, const api::ForecastSpec& forecast);

class DemandState {
 public:
  explicit DemandState(SeriesIdentity identity);

  [[nodiscard]] const SeriesIdentity& identity() const { return identity_; }
  [[nodiscard]] SeriesHistory& history() { return history_; }
  [[nodiscard]] const SeriesHistory& history() const { return history_; }
  [[nodiscard]] Sources& sources() { return sources_; }
  [[nodiscard]] Sources& backlog_sources() { return backlog_sources_; }

  /// Feeds the points of `range`, models judged at `horizon`; leading gaps, before the series existed, are left out.
  void feed(const GridRange& range, const std::vector<double>& values, Millis horizon);

  /// The fan and its summary at `horizon`; kept until points or horizon change. The pointer lives as long as the state.
  void refresh(Millis horizon);
  [[nodiscard]] const forecasting::Fan& fan() const { return fan_; }
  [[nodiscard]] const forecasting::Summary& summary() const { return summary_; }

  /// Newest point that had a value; unset: none yet.
  [[nodiscard]] std::optional<WallTime> newest_value() const { return newest_value_; }

  /// Remembers what is said now about a later moment.
  void expect(const ports::Expectation& expectation);

  /// What was said about `now`: the newest promise whose moment came, at most `late` ago.
  std::optional<ports::Expectation> expected_for(WallTime now, Millis late);

 private:
  SeriesIdentity identity_;
  SeriesHistory history_;
  Sources sources_;
  Sources backlog_sources_;
  std::optional<forecasting::Forecaster> forecaster_;
  forecasting::Fan fan_;
  forecasting::Summary summary_;
  std::optional<Millis> horizon_;  // of fan_ and summary_; unset: they are out of date
  std::optional<WallTime> newest_value_;
  std::deque<ports::Expectation> promises_;
};

}  // namespace aia::loop
