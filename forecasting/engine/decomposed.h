// A series and those parts of it that carry most of it (a client, a model, a route): each is forecast by itself, what
// is left by itself, and the sum of their paths is one more member in the forecast of the whole. Where few parts decide
// what the whole does that sum knows more than the whole's own past; where they do not, it loses its weight and costs
// nothing but time and memory. Both were measured (docs/forecasting.md, Parts).
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
  /// All of them with the same options. Without parts: a Forecaster.
  explicit Decomposed(const Options& options, std::size_t parts = 0);

  void set_planning_horizon(Duration horizon);

  /// As Forecaster::update. `parts`: what each of them had of `value`; NaN, which a source says of a part that was
  /// silent, and whatever else is no demand: nothing. Precondition: as many as parts().
  void update(TimePoint at, double value, std::span<const double> parts = {}, Observed observed = Observed::Whole);

  /// One more part, or another one in the place of `part`: it knows nothing yet, and until it does the whole is
  /// forecast without them. Refits that were begun before are not to be adopted any more.
  void add_part();
  void renew_part(std::size_t part);

  [[nodiscard]] std::size_t parts() const { return parts_.empty() ? 0 : parts_.size() - 1; }
  [[nodiscard]] const Forecaster& whole() const { return whole_; }

  struct Refits {
    std::vector<std::pair<std::size_t, Refit>> found;  ///< by whose place
  };
  struct RefitJobs {
    std::vector<std::pair<std::size_t, RefitJob>> jobs;
    [[nodiscard]] Refits run() const;
  };
  [[nodiscard]] bool refit_due() const;
  [[nodiscard]] RefitJobs refit_jobs() const;  ///< of those that are due
  void adopt(Refits refits);

  [[nodiscard]] std::size_t state_bytes() const;
  /// All of them, one after the other. Empty where the model keeps no state.
  [[nodiscard]] std::vector<std::byte> save() const;
  /// Takes up what save() gave with as many parts; otherwise says why not, in words, and is as it was.
  [[nodiscard]] std::optional<std::string> restore(std::span<const std::byte> state);

 private:
  [[nodiscard]] std::size_t places() const { return 1 + parts_.size(); }
  [[nodiscard]] Forecaster& at(std::size_t place) { return place == 0 ? whole_ : parts_[place - 1]; }
  [[nodiscard]] const Forecaster& at(std::size_t place) const { return place == 0 ? whole_ : parts_[place - 1]; }
  [[nodiscard]] Forecaster fresh() const;

  Options options_;
  std::optional<Duration> horizon_;
  Forecaster whole_;
  std::vector<Forecaster> parts_;  ///< and, last, the rest; empty: there are none
};

}  // namespace forecasting
