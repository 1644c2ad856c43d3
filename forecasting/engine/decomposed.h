// Forecasts the heaviest parts of a series (a client, a model, a route) each by itself, and the remainder by itself.
// The sum of their paths is one more member in the forecast of the whole. Where a few parts decide the whole, this sum
// knows more than the whole's own past. Elsewhere the sum loses its weight and costs only time and memory. Both were
// measured (docs/forecasting.md, Parts).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "forecasting/engine/forecaster.h"

namespace forecasting {

class Decomposed {
 public:
  /// All forecasters have the same options. Without parts: a single Forecaster.
  explicit Decomposed(const Options& options, std::size_t parts = 0);

  void set_planning_horizon(Duration horizon);

  /// As Forecaster::update. `parts`: each part's share of `value`; NaN (a silent part) and values that are no demand
  /// count as 0. Precondition: as many as parts().
  void update(TimePoint at, double value, std::span<const double> parts = {}, Observed observed = Observed::Whole);

  /// Adds a part, or replaces `part` by a new one. The new part knows nothing yet; until its paths exist the whole is
  /// forecast without parts. Refits begun before this call must not be adopted.
  void add_part();
  void renew_part(std::size_t part);

  [[nodiscard]] std::size_t parts() const { return parts_.empty() ? 0 : parts_.size() - 1; }
  [[nodiscard]] const Forecaster& whole() const { return whole_; }

  struct Refits {
    std::vector<std::pair<std::size_t, Refit>> found;  ///< by the forecaster's place
  };
  struct RefitJobs {
    std::vector<std::pair<std::size_t, RefitJob>> jobs;
    [[nodiscard]] Refits run() const;
  };
  [[nodiscard]] bool refit_due() const;
  [[nodiscard]] RefitJobs refit_jobs() const;  ///< of the forecasters due for a refit
  void adopt(Refits refits);

  [[nodiscard]] std::size_t state_bytes() const;
  /// The states of all forecasters, one after the other. Empty where the model keeps no state.
  [[nodiscard]] std::vector<std::byte> save() const;
  /// Restores a state from save() with as many parts. Otherwise returns the reason in words and changes nothing.
  [[nodiscard]] std::optional<std::string> restore(std::span<const std::byte> state);

 private:
  [[nodiscard]] std::size_t places() const { return 1 + parts_.size(); }
  [[nodiscard]] Forecaster& at(std::size_t place) { return place == 0 ? whole_ : parts_[place - 1]; }
  [[nodiscard]] const Forecaster& at(std::size_t place) const { return place == 0 ? whole_ : parts_[place - 1]; }
  [[nodiscard]] Forecaster fresh() const;

  Options options_;
  std::optional<Duration> horizon_;
  Forecaster whole_;
  std::vector<Forecaster> parts_;  ///< the last forecasts the remainder; empty: no parts
};

}  // namespace forecasting
