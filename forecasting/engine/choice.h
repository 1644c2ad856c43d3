// Chooses the member that serves: the one with the smallest forgotten pinball loss at the planning level and horizon,
// relative to the calibrated last value's loss on the same steps. A challenger needs a margin and the serving member
// stays for a minimum time, so that the fan does not flutter between equals. Seasonal members must have seen two
// seasons; every member must have judged enough forecasts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "forecasting/engine/engine.h"
#include "forecasting/engine/forecaster.h"
#include "forecasting/engine/member.h"

namespace forecasting {

class Choice {
 public:
  explicit Choice(const Options& options);

  void set_horizon(Duration horizon);

  /// After every step.
  void update(const std::vector<Member>& members, const Counts& counts);

  /// Index of the serving member, 0 (the last value) before any is eligible.
  [[nodiscard]] std::size_t member() const { return serving_; }

  [[nodiscard]] Summary summary(const std::vector<Member>& members, const Counts& counts) const;

 private:
  [[nodiscard]] bool wanted(const Member& member) const;
  [[nodiscard]] bool eligible(const Member& member, const Counts& counts) const;
  [[nodiscard]] bool seasons_seen(const Counts& counts) const;
  [[nodiscard]] std::string obstacle(const Member& member, const Counts& counts) const;
  [[nodiscard]] std::string comparison(const std::vector<Member>& members, const Counts& counts) const;

  Options options_;
  Duration horizon_;
  std::size_t knot_ = 0;  ///< the first at or beyond the horizon
  std::size_t serving_ = 0;
  int stay_steps_ = 0;  ///< since the last change
};

}  // namespace forecasting
