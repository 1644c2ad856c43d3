// What is kept of one demand entry between cycles: its forecaster and how far it was fed, which parts of it are
// forecast by themselves, and what was said about the moments to come, to be held against them when they arrive.
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
#include "controller/loop/collapse.h"
#include "controller/loop/confirmation.h"
#include "controller/loop/doubt.h"
#include "controller/loop/masking.h"
#include "controller/loop/parts.h"
#include "controller/loop/series_history.h"
#include "controller/loop/sources.h"
#include "controller/ports/background.h"
#include "controller/ports/reporter.h"
#include "forecasting/engine/decomposed.h"

namespace aia::loop {

/// What a forecaster was built from: another query, grid, season, model, quantile or span means another forecaster.
struct SeriesIdentity {
  std::string query;
  api::DemandKind kind = api::DemandKind::Rate;
  api::ForecastSpec forecast;
  Millis step{0};
  std::optional<api::DecomposeSpec> decompose{};
  bool operator==(const SeriesIdentity&) const = default;
};

/// By value of the label: one value a grid point, NaN where that part had none.
using PartValues = std::map<std::string, std::vector<double>>;

/// True when this demand is forecast at all: exogenous, and a model is allowed.
bool wants_forecast(const api::DemandSpec& demand, const api::ForecastSpec& forecast);

/// What is remembered of a query's answers: who lay behind them, and what they said.
struct Answered {
  Sources sources;
  Confirmation confirmation;
  bool answered = false;   ///< it has given a number since this process began, or the query changed
  bool timed_out = false;  ///< when it was last asked
  int waited = 0;          ///< cycles since then
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

  /// Whether this cycle's look at the value saw all its sources.
  void look(bool all, WallTime now, Millis rate_window) { doubt_.look(all, now, rate_window); }

  /// Feeds the points of `range`, models judged at `horizon`; leading gaps, before the series existed, are left out.
  /// Points that may lack a source are lower bounds, within what doubt may take of a day (Doubt::doubts); those that
  /// are no demand are left out, and while they may be that they wait (masking.h).
  void feed(const GridRange& range, const std::vector<double>& values, Millis horizon, Millis memory,
            const PartValues& parts = {});

  /// The longest range behind the value, as its evidence shows.
  void set_rate_window(Millis window) { rate_window_ = window; }

  [[nodiscard]] Collapse& collapse() { return collapse_; }
  [[nodiscard]] const Collapse& collapse() const { return collapse_; }

  [[nodiscard]] const Masking& masking() const { return masking_; }
  /// The highest demand that was learned of the hour an hour ago and of this one; unset: none was.
  [[nodiscard]] std::optional<double> highest_lately(WallTime now) const;
  /// Which points wait or were left out in the day before `now`, in words; empty: none.
  [[nodiscard]] std::string masked_in_words(WallTime now) const;

  /// Those that are forecast by themselves; none while they are not known, and for a demand without.
  [[nodiscard]] const std::vector<std::string>& parts() const { return parts_.values(); }
  /// Which parts are the heaviest is to be asked; until it was answered once no history is worth reading.
  [[nodiscard]] bool parts_due(WallTime now) const;
  [[nodiscard]] bool parts_known() const { return !identity_.decompose || parts_.known(); }
  /// `ranked`: values of the label, heaviest first.
  void choose_parts(const std::vector<std::string>& ranked, WallTime now);
  /// A season, or a day: how far back parts are compared.
  [[nodiscard]] Millis parts_span() const;

  /// A refit is due and none is under way; not before all history was read.
  [[nodiscard]] bool refit_due() const;
  void refit_now();
  /// False: `background` took no more.
  bool begin_refit(ports::Background& background);
  /// Uses what begin_refit() began, if it is done.
  void take_up_refit();

  /// The forecaster and how far it was fed, as bytes; empty: nothing worth keeping.
  [[nodiscard]] std::vector<std::byte> save() const;

  /// Takes up what save() gave, if it belongs to this demand and is no older than a day at `now`; otherwise says why
  /// not and stays as it was.
  std::optional<std::string> restore(std::span<const std::byte> bytes, WallTime now);

  /// True when `slot` is another than at the last call: once per slot.
  bool turn_to_be_kept(std::int64_t slot) { return std::exchange(kept_slot_, slot) != slot; }

  /// The fan and its summary at `horizon`; kept until points or horizon change. The pointer lives as long as the state.
  void refresh(Millis horizon);
  [[nodiscard]] const forecasting::Fan& fan() const { return fan_; }
  [[nodiscard]] const forecasting::Summary& summary() const { return summary_; }
  /// Paths as far as `furthest`; empty while too little is known.
  [[nodiscard]] forecasting::Scenarios scenarios(Millis furthest) const;

  /// The whole history was asked for by this process, and no point of it had a value.
  [[nodiscard]] bool history_was_empty() const { return history_was_empty_; }

  /// Newest point that had a value; unset: none yet.
  [[nodiscard]] std::optional<WallTime> newest_value() const { return newest_value_; }

  /// True when the forecast may be used: it is eligible, and its newest point is no older than `expiry`.
  [[nodiscard]] bool counts(WallTime now, Millis expiry) const {
    return summary_.eligible && !fan_.empty() && newest_value_ && now - *newest_value_ <= expiry;
  }

  /// Time was counted wrongly by so much (loop_clock.h). Points of the history are the server's, and stay.
  void shift(Millis by);

  /// Points later than `now` were learned: the clock was ahead when they were read. What was learned goes, and the
  /// history is read again.
  void read_again_if_ahead(WallTime now);
  [[nodiscard]] bool is_read_again() const { return read_again_; }

  /// Remembers what is said now about a later moment.
  void expect(const ports::Expectation& expectation);

  /// What was said about `now`: the newest promise whose moment came, at most `late` ago.
  std::optional<ports::Expectation> expected_for(WallTime now, Millis late);

 private:
  SeriesIdentity identity_;
  SeriesHistory history_;
  Answered value_, backlog_, running_;
  Doubt doubt_;
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
  std::optional<Millis> horizon_;           // of fan_ and summary_; unset: they are out of date
  std::optional<WallTime> newest_value_;    // known, learned or not
  std::optional<WallTime> newest_learned_;  // with a value
  std::deque<ports::Expectation> promises_;
  bool read_again_ = false;  // because the clock was ahead
  bool history_was_empty_ = false;
};

}  // namespace aia::loop
