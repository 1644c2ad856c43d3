// The ladder of named models: the last value, seasonal-naive and Holt-Winters, each with calibrated quantiles; the best
// member serves (choice.h). `model: HoltWinters` asks for the ladder, and the learned engine is compared with it.
#pragma once

#include <optional>
#include <vector>

#include "forecasting/engine/choice.h"
#include "forecasting/engine/engine.h"
#include "forecasting/engine/member.h"
#include "forecasting/members/running_level.h"

namespace forecasting {

class Ladder final : public Engine {
 public:
  /// `options`: knots and levels ascending, the planning level among them.
  explicit Ladder(const Options& options);

  void set_planning_horizon(Duration horizon) override { choice_.set_horizon(horizon); }
  void update(TimePoint at, double value, Observed observed, const Counts& counts, const Scenarios* parts) override;
  [[nodiscard]] Fan fan() const override;
  [[nodiscard]] Summary summary(const Counts& counts) const override { return choice_.summary(members_, counts); }

 private:
  void judge(double value);
  void issue(double value);
  void fill(Fan& fan, std::size_t k, std::vector<double>& deviations) const;

  Options options_;
  std::vector<Member> members_;
  std::optional<Member> yardstick_;  ///< plain seasonal-naive; unset without a season
  Choice choice_;
  RunningLevel level_;
  TimePoint newest_{};  ///< of the newest observed value
  double latest_;       ///< NaN before the first value
  int season_slot_ = 0;
};

}  // namespace forecasting
