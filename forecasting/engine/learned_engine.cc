// Describes the learned engine in a summary: the members that carry the weight, the losses, and the missing data. The
// arithmetic is the learner's (learner/learned_fan.h).
#include "forecasting/engine/learned_engine.h"

#include <algorithm>
#include <array>

#include "forecasting/values/words.h"

namespace forecasting {
namespace {

LearnedFan::Options fan_options(const Options& options) {
  LearnedFan::Options fan;
  fan.step = options.step;
  fan.season_steps = options.season_steps;
  fan.levels = options.levels;
  const auto planning = std::find(options.levels.begin(), options.levels.end(), options.planning_level);
  fan.planning = static_cast<std::size_t>(planning - options.levels.begin());
  return fan;
}

double skill(double loss, double other) {
  return other > 0 ? 1 - loss / other : 0;
}

}  // namespace

LearnedEngine::LearnedEngine(const Options& options) : options_(options), fan_(fan_options(options)) {}

void LearnedEngine::set_planning_horizon(Duration horizon) {
  fan_.set_planning_knot(fan_.knot_for(horizon));
}

Summary LearnedEngine::summary(const Counts& /*counts*/) const {
  Summary summary;
  summary.model = "None";
  const std::size_t knot = fan_.planning_knot();
  const HorizonLearner& learner = fan_.learner(knot);
  const LearnedFan::Record record = fan_.record();
  summary.samples = record.own.judged;
  if (!fan_.calibrated(knot)) {
    summary.why = "LastValue has judged " + std::to_string(learner.judged()) + " of the " +
                  std::to_string(learner.least_judged()) + " forecasts it needs at +" +
                  words(learner.steps() * options_.step);
    return summary;
  }
  summary.eligible = true;
  const std::string season = options_.season_steps > 0 ? "(" + words(options_.season_steps * options_.step) + ")" : "";
  summary.model = learner.weight(HorizonLearner::kLastValue) > 0.5 ? "LastValue" : "Learned" + season;
  summary.why = why(learner, record);
  summary.skill = skill(record.own.loss, record.own.last_value_loss);
  if (record.judged_beside_seasonal > 0) {
    summary.skill_seasonal = skill(record.loss_beside_seasonal, record.seasonal_loss);
  }
  summary.coverage = record.own.coverage;
  return summary;
}

std::string LearnedEngine::why(const HorizonLearner& learner, const LearnedFan::Record& record) const {
  struct Named {
    const char* name;
    HorizonLearner::Member member;
  };
  constexpr std::array<Named, HorizonLearner::kMembers> kMembers{{{"linear", HorizonLearner::kLinear},
                                                                  {"relative", HorizonLearner::kRelative},
                                                                  {"trees", HorizonLearner::kTrees},
                                                                  {"its parts", HorizonLearner::kParts},
                                                                  {"last value", HorizonLearner::kLastValue}}};
  std::string text = "P" + words(100 * options_.planning_level) + " pinball loss at +" +
                     words(learner.steps() * options_.step) + " " + words(record.own.loss) + " against " +
                     words(record.own.last_value_loss) + " of the calibrated last value";
  if (record.judged_beside_seasonal > 0) text += ", " + words(record.seasonal_loss) + " of plain seasonal-naive";
  text += ", over " + std::to_string(record.own.judged) + " judged steps; weights:";
  for (const Named& member : kMembers) {
    if (member.member == HorizonLearner::kParts && !learner.judges(member.member)) continue;
    text += std::string(member.member == kMembers.front().member ? " " : ", ") + member.name + " " +
            percent(learner.weight(member.member));
  }
  if (learner.forests().empty()) text += "; trees need a day of history";
  if (learner.watch().answering() != Change::None) {
    constexpr std::array<const char*, 4> kThan{"", "higher", "lower", "wilder"};
    text += "; " + words(learner.watch().ago() * options_.step) + " ago demand was found to have become " +
            kThan[static_cast<std::size_t>(learner.watch().answering())] +
            " than what was learned: for a day it is followed faster";
  }
  if (options_.season_steps == 0) text += "; no season is set, so nothing of a day is used";
  return text;
}

bool LearnedEngine::write(StateWriter& io) {
  fan_.state(io);
  return true;
}

bool LearnedEngine::read(StateReader& io) {
  fan_.state(io);
  return true;
}

}  // namespace forecasting
