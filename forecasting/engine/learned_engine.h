// The default engine: conditional quantiles learned online and in the background (learner/learned_fan.h), behind the
// Engine interface. The lower rungs of the ladder are its own members: before anything is learned, the calibrated last
// value serves.
#pragma once

#include "forecasting/engine/engine.h"
#include "forecasting/learner/learned_fan.h"

namespace forecasting {

class LearnedEngine final : public Engine {
 public:
  /// `options`: levels ascending, the planning level among them.
  explicit LearnedEngine(const Options& options);

  void set_planning_horizon(Duration horizon) override;
  void update(TimePoint at, double value, Observed observed, const Counts& /*counts*/,
              const Scenarios* parts) override {
    fan_.update(at, value, observed == Observed::AtLeast, parts);
  }
  [[nodiscard]] Fan fan() const override { return fan_.fan(); }
  [[nodiscard]] Summary summary(const Counts& counts) const override;
  [[nodiscard]] Scenarios scenarios(Duration furthest) const override { return fan_.scenarios(furthest); }

  [[nodiscard]] bool refit_due() const override { return fan_.refit_due(); }
  [[nodiscard]] RefitJob refit_job() const override { return fan_.refit_job(); }
  void adopt(Refit refit) override { fan_.adopt(std::move(refit)); }
  [[nodiscard]] std::size_t bytes() const override { return fan_.bytes(); }

  bool write(StateWriter& io) override;
  bool read(StateReader& io) override;

 private:
  [[nodiscard]] std::string why(const HorizonLearner& learner, const LearnedFan::Record& record) const;

  Options options_;
  LearnedFan fan_;
};

}  // namespace forecasting
