// The face of the engines: options are made usable, values are checked and counted, state is sealed and opened. All
// forecasting is the engine's (engine.h), so that both engines see the same usable values.
#include "forecasting/engine/forecaster.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "forecasting/engine/checkpoint.h"
#include "forecasting/engine/engine.h"
#include "forecasting/engine/ladder.h"
#include "forecasting/engine/learned_engine.h"
#include "forecasting/values/words.h"

namespace forecasting {
namespace {

constexpr double kMost = 1e30;  // the most that an archive of single precision holds

/// Usable options: the planning level among the levels, knots and levels ascending and unique.
Options normalised(Options options) {
  std::set<double> levels(options.levels.begin(), options.levels.end());
  levels.insert(options.planning_level);
  options.levels.assign(levels.begin(), levels.end());
  std::set<int> knots(options.knots.begin(), options.knots.end());
  knots.erase(knots.begin(), knots.lower_bound(1));
  if (knots.empty()) knots.insert(1);
  options.knots.assign(knots.begin(), knots.end());
  options.season_steps = std::max(options.season_steps, 0);
  if (options.residual_window_steps <= 0) {
    options.residual_window_steps = options.season_steps > 0 ? 3 * options.season_steps : 4320;
  }
  return options;
}

std::unique_ptr<Engine> make_engine(const Options& options) {
  if (options.model == Model::Auto) return std::make_unique<LearnedEngine>(options);
  return std::make_unique<Ladder>(options);
}

/// The options that must be equal for a saved state to be restored, in words.
std::string kind_of(const Options& options) {
  std::string kind = "step ";
  kind.append(words(options.step)).append(", season of ").append(std::to_string(options.season_steps));
  kind.append(" steps, planning level ").append(words(options.planning_level)).append(", levels");
  for (const double level : options.levels) kind.append(" ").append(words(level));
  return kind;
}

}  // namespace

Forecaster::Forecaster(Options options) : options_(normalised(std::move(options))), engine_(make_engine(options_)) {}
Forecaster::~Forecaster() = default;
Forecaster::Forecaster(Forecaster&&) noexcept = default;
Forecaster& Forecaster::operator=(Forecaster&&) noexcept = default;

void Forecaster::set_planning_horizon(Duration horizon) {
  planning_horizon_ = horizon;
  engine_->set_planning_horizon(horizon);
}

void Forecaster::update(TimePoint at, double value, Observed observed, const Scenarios* parts) {
  const bool usable = std::isfinite(value) && value >= 0 && value <= kMost;
  ++counts_.steps;
  if (usable) ++counts_.observed;
  if (!usable && !std::isnan(value)) ++counts_.rejected;
  engine_->update(at, usable ? value : std::numeric_limits<double>::quiet_NaN(), observed, counts_, parts);
}

Fan Forecaster::fan() const {
  return engine_->fan();
}

Summary Forecaster::summary() const {
  Summary summary;
  if (counts_.observed > 0) {
    summary = engine_->summary(counts_);
  } else {
    summary.model = "None";
    summary.why = counts_.steps == 0 ? "nothing was observed yet"
                                     : "no usable value in " + std::to_string(counts_.steps) + " steps";
  }
  summary.rejected = counts_.rejected;
  return summary;
}

Scenarios Forecaster::scenarios(Duration furthest) const {
  return engine_->scenarios(furthest);
}

bool Forecaster::refit_due() const {
  return engine_->refit_due();
}

RefitJob Forecaster::refit_job() const {
  return engine_->refit_job();
}

void Forecaster::adopt(Refit refit) {
  engine_->adopt(std::move(refit));
}

std::size_t Forecaster::state_bytes() const {
  return engine_->bytes();
}

std::vector<std::byte> Forecaster::save() const {
  StateWriter io;
  io(counts_);
  if (!engine_->write(io)) return {};
  return seal(io.bytes(), kind_of(options_));
}

std::optional<std::string> Forecaster::restore(std::span<const std::byte> state) {
  const Opened opened = open(state, kind_of(options_));
  if (opened.refusal) return opened.refusal;
  StateReader io(opened.content);
  Counts counts;
  auto engine = make_engine(options_);
  io(counts);
  if (!engine->read(io)) return "the model that was asked for keeps no state";
  if (!io.complete()) return "it does not hold what a forecaster with these options keeps";
  if (planning_horizon_) engine->set_planning_horizon(*planning_horizon_);
  counts_ = counts;
  engine_ = std::move(engine);
  return std::nullopt;
}

}  // namespace forecasting
