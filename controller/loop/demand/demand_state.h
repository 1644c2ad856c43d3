// A demand entry's memory between cycles: its forecaster and how far the forecaster was fed, the parts that are
// forecast by themselves, and past promises (forecasts of later moments). When such a moment comes, the report compares
// its promise with the measured demand.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/autoscaler.h"
#include "controller/loop/demand/censored_intervals.h"
#include "controller/loop/demand/collapse.h"
#include "controller/loop/demand/confirmation.h"
#include "controller/loop/demand/masking.h"
#include "controller/loop/demand/parts.h"
#include "controller/loop/demand/series_history.h"
#include "controller/loop/demand/sources.h"
#include "controller/ports/background.h"
#include "controller/ports/reporter.h"
#include "forecasting/engine/decomposed.h"

namespace aia::loop {

/// The settings that a forecaster was built from. Another query, grid, season, model, quantile or history span means
/// another forecaster.
struct SeriesIdentity {
  std::string query;
  api::DemandKind kind = api::DemandKind::Rate;
  api::ForecastSpec forecast;
  Millis step{0};
  std::optional<api::DecomposeSpec> decompose{};
  bool operator==(const SeriesIdentity&) const = default;
};

/// Values of each part, by the part's label value: a value for each grid point, NaN where the part had no value.
using PartValues = std::map<std::string, std::vector<double>>;

/// True when this demand is forecast: its kind is Rate or Concurrency, and the model is not Off.
bool wants_forecast(const api::DemandSpec& demand, const api::ForecastSpec& forecast);

/// Memory of a query's answers: the sources behind the answers, and the values.
struct Answered {
  Sources sources;
  Confirmation confirmation;
  bool answered = false;   ///< gave a number since this process began or the query changed
  bool timed_out = false;  ///< the last answer was a timeout
  int waited = 0;          ///< cycles in a row in which the retry was postponed
};

class DemandState {
 public:
  explicit DemandState(SeriesIdentity identity);

  [[nodiscard]] const SeriesIdentity& identity() const { return identity_; }
  [[nodiscard]] SeriesHistory& history() { return history_; }
  [[nodiscard]] const SeriesHistory& history() const { return history_; }
  [[nodiscard]] Answered& value() { return value_; }
  [[nodiscard]] Answered& backlog() { return backlog_; }
  [[nodiscard]] Answered& running() { return running_; }

  /// Notes whether this cycle's value covers all sources (CensoredIntervals::look).
  void look(bool all, WallTime now, Millis rate_window) { censored_.look(all, now, rate_window); }

  /// Feeds the points of `range` to the forecaster, whose models are judged at `horizon`. Leading gaps, from before the
  /// series existed, are left out. Points that may lack a source are lower bounds, as far as CensoredIntervals::censors
  /// allows with `memory`. Points that are no demand become gaps; undecided points wait (masking.h).
  void feed(const GridRange& range, const std::vector<double>& values, Millis horizon, Millis memory,
            const PartValues& parts = {});

  /// Sets the longest range of the value's query, known from the evidence.
  void set_rate_window(Millis window) { rate_window_ = window; }

  [[nodiscard]] Collapse& collapse() { return collapse_; }
  [[nodiscard]] const Collapse& collapse() const { return collapse_; }

  [[nodiscard]] const Masking& masking() const { return masking_; }
  /// The highest demand learned in this clock hour and the clock hour before; unset: no demand was learned.
  [[nodiscard]] std::optional<double> highest_lately(WallTime now) const;
  /// Points that wait, or were left out in the day before `now`, in words; empty: there are none.
  [[nodiscard]] std::string masked_in_words(WallTime now) const;

  /// Parts forecast by themselves; empty while the parts are not known, or without `decompose`.
  [[nodiscard]] const std::vector<std::string>& parts() const { return parts_.values(); }
  /// True when the heaviest parts should be queried. Before the first answer, no history is worth reading.
  [[nodiscard]] bool parts_due(WallTime now) const;
  [[nodiscard]] bool parts_known() const { return !identity_.decompose || parts_.known(); }
  /// Chooses the parts from `ranked`: label values, the heaviest first.
  void choose_parts(const std::vector<std::string>& ranked, WallTime now);
  /// How far back parts are compared: a season, or a day if the spec names no season.
  [[nodiscard]] Millis parts_span() const;

  /// True when a refit is due and no refit is under way, but not before all history is read.
  [[nodiscard]] bool refit_due() const;
  void refit_now();
  /// Starts a refit in `background`. False: `background` took no further job.
  bool begin_refit(ports::Background& background);
  /// Adopts the refit started by begin_refit(), if the refit is done.
  void take_up_refit();

  /// The checkpoint: the forecaster and how far the forecaster was fed, as bytes; empty: nothing worth keeping.
  [[nodiscard]] std::vector<std::byte> save() const;

  /// Restores a checkpoint made by save(), if the checkpoint belongs to this demand and is at most a day old at `now`.
  /// Otherwise changes nothing and returns the reason.
  std::optional<std::string> restore(std::span<const std::byte> bytes, WallTime now);

  /// True when `slot` differs from the slot of the last call, so once per slot.
  bool turn_to_be_kept(std::int64_t slot) { return std::exchange(kept_slot_, slot) != slot; }

  /// Computes the fan and its summary at `horizon`, unless neither points nor horizon changed. References from fan()
  /// and summary() live as long as this state.
  void refresh(Millis horizon);
  [[nodiscard]] const forecasting::Fan& fan() const { return fan_; }
  [[nodiscard]] const forecasting::Summary& summary() const { return summary_; }
  /// Scenario paths up to `furthest`; empty while the forecaster knows too little.
  [[nodiscard]] forecasting::Scenarios scenarios(Millis furthest) const;

  /// True when this process read the whole history, and no point had a value.
  [[nodiscard]] bool history_was_empty() const { return history_was_empty_; }

  /// The newest point with a value; unset: no value came yet.
  [[nodiscard]] std::optional<WallTime> newest_value() const { return newest_value_; }

  /// True when the forecast may be used: eligible, and its newest point is no older than `expiry`.
  [[nodiscard]] bool counts(WallTime now, Millis expiry) const {
    return summary_.eligible && !fan_.empty() && newest_value_ && now - *newest_value_ <= expiry;
  }

  /// Moves all remembered times by `by`, after a jump of the wall clock (loop_clock.h). History points carry the
  /// server's times and stay.
  void shift(Millis by);

  /// If points later than `now` were learned, the clock was ahead when those points were read. The forecaster then
  /// starts anew, and the history is read again.
  void read_again_if_ahead(WallTime now);
  [[nodiscard]] bool is_read_again() const { return read_again_; }

  /// Remembers a promise: the forecast, made now, of a later moment.
  void expect(const ports::Expectation& expectation);

  /// The promise for `now`: the newest promise whose moment came, at most `late` ago.
  std::optional<ports::Expectation> expected_for(WallTime now, Millis late);

 private:
  void learn(GridPoint taken);

  SeriesIdentity identity_;
  SeriesHistory history_;
  Answered value_, backlog_, running_;
  CensoredIntervals censored_;
  Collapse collapse_;
  Parts parts_;
  Masking masking_;
  std::optional<Millis> rate_window_;
  std::optional<forecasting::Decomposed> forecaster_;
  forecasting::Fan fan_;
  forecasting::Summary summary_;
  struct RefitUnderWay {
    forecasting::Decomposed::RefitJobs jobs;
    forecasting::Decomposed::Refits found;
    std::atomic<bool> done = false;
  };
  std::shared_ptr<RefitUnderWay> refit_;
  std::int64_t kept_slot_ = 0;
  std::optional<Millis> horizon_;           // of fan_ and summary_; unset: both are out of date
  std::optional<WallTime> newest_value_;    // of all points, learned or not
  std::optional<WallTime> newest_learned_;  // of learned points with a value
  std::deque<ports::Expectation> promises_;
  bool read_again_ = false;  // the history, because the clock was ahead
  bool history_was_empty_ = false;
};

}  // namespace aia::loop
