// Feeds the forecaster in the order of the grid. Each point is marked if its sources are in doubt
// (censored_intervals.h), then passes the masking (masking.h), and is then learned. A refit grows in the background and
// is adopted between two points.
#include "controller/loop/demand/demand_state.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "controller/loop/demand/data_quality.h"
#include "controller/loop/demand/demand_checkpoint.h"

namespace aia::loop {
namespace {

constexpr std::size_t kMaxPromises = 1024;
constexpr Millis kOldestCheckpoint = std::chrono::hours(24);  // reading history again is as good as an older checkpoint

forecasting::Model model_of(api::ModelChoice choice) {
  switch (choice) {
    case api::ModelChoice::LastValue: return forecasting::Model::LastValue;
    case api::ModelChoice::SeasonalNaive: return forecasting::Model::SeasonalNaive;
    case api::ModelChoice::HoltWinters: return forecasting::Model::HoltWinters;
    case api::ModelChoice::Auto:
    case api::ModelChoice::Off: break;
  }
  return forecasting::Model::Auto;
}

forecasting::Options options_of(const SeriesIdentity& identity) {
  forecasting::Options options;
  options.step = identity.step;
  const auto& seasons = identity.forecast.seasons;
  const auto season_steps = seasons.empty() ? 0 : seasons.front() / identity.step;
  options.season_steps = season_steps < 2 ? 0 : static_cast<int>(season_steps);
  options.model = model_of(identity.forecast.model);
  options.planning_level = identity.forecast.quantile;
  return options;
}

bool is_demand(double value) {
  return std::isfinite(value) && value >= 0 && value <= kMostDemand;
}

/// The values of each part, in the order of `names`; nullptr: a part without values.
std::vector<const std::vector<double>*> columns_of(const std::vector<std::string>& names, const PartValues& parts) {
  std::vector<const std::vector<double>*> columns;
  for (const std::string& name : names) {
    const auto found = parts.find(name);
    columns.push_back(found == parts.end() ? nullptr : &found->second);
  }
  return columns;
}

}  // namespace

bool wants_forecast(const api::DemandSpec& demand, const api::ForecastSpec& forecast) {
  return api::is_forecast(demand.kind) && forecast.model != api::ModelChoice::Off;
}

DemandState::DemandState(SeriesIdentity identity)
    : identity_(std::move(identity)),
      history_(identity_.forecast.history),
      collapse_(parts_span()),
      masking_(identity_.step, parts_span()) {
  const bool exogenous = api::is_forecast(identity_.kind);
  if (exogenous && identity_.forecast.model != api::ModelChoice::Off) forecaster_.emplace(options_of(identity_));
}

void DemandState::feed(const GridRange& range, const std::vector<double>& values, Millis horizon, Millis memory,
                       const PartValues& parts) {
  if (forecaster_) forecaster_->set_planning_horizon(horizon);
  const auto columns = columns_of(parts_.values(), parts);
  for (std::size_t i = 0; i < values.size() && forecaster_; ++i) {
    const bool usable = is_demand(values[i]);
    if (!usable && !newest_value_) continue;
    if (usable) newest_value_ = range.at(i);
    if (usable) collapse_.learn(values[i], range.at(i), range.step);
    GridPoint point{range.at(i), usable ? values[i] : kGap, {}, censored_.censors(range.at(i), range.step, memory)};
    for (const auto* column : columns) point.parts.push_back(column == nullptr ? 0 : (*column)[i]);
    learn(std::move(point));
  }
  horizon_.reset();
  const bool was_loaded = history_.loaded();
  history_.fed(range);
  if (!was_loaded && history_.loaded()) history_was_empty_ = !newest_value_;
}

/// Teaches the forecaster the points that are settled by `taken`.
void DemandState::learn(GridPoint taken) {
  for (const auto& point : masking_.take(std::move(taken), rate_window_)) {
    using forecasting::Observed;
    forecaster_->update(point.at, point.value, point.parts, point.censored ? Observed::AtLeast : Observed::Whole);
    if (!std::isnan(point.value)) newest_learned_ = point.at;
  }
}

std::optional<double> DemandState::highest_lately(WallTime now) const {
  return masking_.highest_since(now - std::chrono::hours(1));
}

std::string DemandState::masked_in_words(WallTime now) const {
  std::string words;
  const auto say = [&](const std::string& what) { words += (words.empty() ? "" : "; ") + what; };
  if (const auto since = masking_.waiting_since())
    say("values from " + format_rfc3339(*since) + " on wait " +
        (masking_.started() ? "until they last: they stand far above all before them"
                            : "until there are enough to compare them with"));
  const auto newest = masking_.newest_left_out();
  if (newest && now - *newest < std::chrono::hours(24))
    say(std::to_string(masking_.left_out()) + " values are left out so far, the newest of " + format_rfc3339(*newest) +
        ": far above all around it, and gone at once");
  return words;
}

Millis DemandState::parts_span() const {
  const auto& seasons = identity_.forecast.seasons;
  return seasons.empty() ? Millis(std::chrono::hours(24)) : seasons.front();
}

bool DemandState::parts_due(WallTime now) const {
  return forecaster_ && identity_.decompose && parts_.due(now, parts_span());
}

void DemandState::choose_parts(const std::vector<std::string>& ranked, WallTime now) {
  if (!forecaster_ || !identity_.decompose) return;
  const auto changed = parts_.choose(ranked, static_cast<std::size_t>(identity_.decompose->heaviest), now);
  for (const std::size_t place : changed) {
    if (place < forecaster_->parts()) {
      forecaster_->renew_part(place);
    } else {
      forecaster_->add_part();
    }
  }
  if (!changed.empty()) {
    refit_.reset();  // the refit under way is for the parts before
    masking_.renew_parts(parts_.values().size());
  }
  horizon_.reset();
}

bool DemandState::refit_due() const {
  return forecaster_ && !refit_ && history_.loaded() && forecaster_->refit_due();
}

void DemandState::refit_now() {
  forecaster_->adopt(forecaster_->refit_jobs().run());
  horizon_.reset();
}

bool DemandState::begin_refit(ports::Background& background) {
  auto under_way = std::make_shared<RefitUnderWay>();
  under_way->jobs = forecaster_->refit_jobs();
  const bool taken = background.offer([under_way] {
    try {
      under_way->found = under_way->jobs.run();
    } catch (...) {  // the background reports the exception; the next refit comes when due
      under_way->done.store(true, std::memory_order_release);
      throw;
    }
    under_way->done.store(true, std::memory_order_release);
  });
  if (taken) refit_ = std::move(under_way);
  return taken;
}

void DemandState::take_up_refit() {
  if (!refit_ || !refit_->done.load(std::memory_order_acquire)) return;
  forecaster_->adopt(std::move(refit_->found));
  refit_.reset();
  horizon_.reset();
}

std::vector<std::byte> DemandState::save() const {
  if (!forecaster_ || !newest_learned_ || !history_.loaded() || !history_.last()) return {};
  const auto state = forecaster_->save();
  if (state.empty()) return {};
  const std::string label = identity_.decompose ? identity_.decompose->label : "";
  const auto waiting = masking_.waiting_since();
  const WallTime learned_to = waiting ? *waiting - identity_.step : *history_.last();
  return pack({identity_.query, *newest_learned_, learned_to, label, masking_.save(), parts_.values()}, state);
}

std::optional<std::string> DemandState::restore(std::span<const std::byte> bytes, WallTime now) {
  if (!forecaster_) return "this demand is not forecast";
  const auto packed = unpack(bytes);
  if (!packed) return packed.error().message;
  const auto& [from, state] = *packed;
  if (from.query != identity_.query) return "it is of another query: " + from.query;
  const std::string label = identity_.decompose ? identity_.decompose->label : "";
  if (from.label != label) return "it is decomposed by \"" + from.label + "\", not by \"" + label + "\"";
  if (identity_.decompose && from.parts.size() > static_cast<std::size_t>(identity_.decompose->heaviest))
    return "it has " + std::to_string(from.parts.size()) + " parts, more than are to be forecast";
  if (from.fed_to > now) return "it is from the future";
  if (now - from.fed_to > kOldestCheckpoint) return "it is " + format_rough(now - from.fed_to) + " old";
  forecasting::Decomposed restored(options_of(identity_), from.parts.size());
  if (auto refusal = restored.restore(state)) return refusal;
  if (!masking_.restore(from.masking)) return "what its values are compared with is not readable";
  forecaster_ = std::move(restored);
  refit_.reset();
  if (identity_.decompose) parts_.resume(from.parts, from.fed_to);
  newest_value_ = newest_learned_ = from.newest_value;
  history_.resume(from.fed_to);
  horizon_.reset();
  return std::nullopt;
}

void DemandState::refresh(Millis horizon) {
  if (!forecaster_ || horizon_ == horizon) return;
  forecaster_->set_planning_horizon(horizon);
  fan_ = forecaster_->whole().fan();
  summary_ = forecaster_->whole().summary();
  if (!parts_.values().empty()) {
    summary_.why += "; its parts by " + identity_.decompose->label + ": ";
    for (const std::string& value : parts_.values()) summary_.why += value + ", ";
    summary_.why += "and the rest";
  }
  horizon_ = horizon;
}

forecasting::Scenarios DemandState::scenarios(Millis furthest) const {
  return forecaster_ ? forecaster_->whole().scenarios(furthest) : forecasting::Scenarios{};
}

void DemandState::shift(Millis by) {
  for (Answered* answered : {&value_, &backlog_, &running_}) answered->sources.shift(by);
  censored_.shift(by);
  collapse_.shift(by);
  parts_.shift(by);
  for (auto& promise : promises_) promise.at += by;
}

void DemandState::read_again_if_ahead(WallTime now) {
  if (!history_.last() || *history_.last() <= now) return;
  if (forecaster_) forecaster_.emplace(options_of(identity_));
  history_ = SeriesHistory(identity_.forecast.history);
  masking_ = Masking(identity_.step, parts_span());
  collapse_ = Collapse(parts_span());
  parts_ = Parts{};
  refit_.reset();
  newest_value_ = newest_learned_ = std::nullopt;
  promises_.clear();
  horizon_.reset();
  read_again_ = true;
}

void DemandState::expect(const ports::Expectation& expectation) {
  // After the lead time shrank, a new promise may be for an earlier moment than older promises. The new promise counts.
  while (!promises_.empty() && promises_.back().at >= expectation.at) promises_.pop_back();
  promises_.push_back(expectation);
  if (promises_.size() > kMaxPromises) promises_.pop_front();
}

std::optional<ports::Expectation> DemandState::expected_for(WallTime now, Millis late) {
  while (promises_.size() > 1 && promises_[1].at <= now) promises_.pop_front();
  if (promises_.empty() || promises_.front().at > now || promises_.front().at + late < now) return std::nullopt;
  return promises_.front();
}

}  // namespace aia::loop
