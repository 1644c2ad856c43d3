// The interface behind a Forecaster. Two engines implement this interface: the learned engine (learned_engine.h), which
// is the default, and the ladder of named models (ladder.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "forecasting/engine/forecaster.h"
#include "forecasting/learner/state_io.h"

namespace forecasting {

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  virtual void set_planning_horizon(Duration horizon) = 0;

  /// Finite and ≥ 0, or NaN for a gap. `parts`: paths of the sum of its parts; nullptr: not known.
  virtual void update(TimePoint at, double value, Observed observed, const Counts& counts, const Scenarios* parts) = 0;
  [[nodiscard]] virtual Fan fan() const = 0;
  /// After something was observed.
  [[nodiscard]] virtual Summary summary(const Counts& counts) const = 0;

  [[nodiscard]] virtual Scenarios scenarios(Duration /*furthest*/) const { return {}; }
  [[nodiscard]] virtual bool refit_due() const { return false; }
  [[nodiscard]] virtual RefitJob refit_job() const { return {}; }
  virtual void adopt(Refit /*refit*/) {}
  [[nodiscard]] virtual std::size_t bytes() const { return 0; }

  /// False: the engine keeps no state; after a restart it is fed its history again.
  virtual bool write(StateWriter& /*io*/) { return false; }
  virtual bool read(StateReader& /*io*/) { return false; }
};

}  // namespace forecasting
