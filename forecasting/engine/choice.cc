// Chooses the serving member and explains the choice in words. The comparison is a ratio of losses on the same steps,
// so that a member that started late is not judged by easier steps.
#include "forecasting/engine/choice.h"

#include <algorithm>

#include "forecasting/values/words.h"

namespace forecasting {
namespace {

constexpr double kSwitchMargin = 0.97;  // a challenger must be 3 % better
constexpr int kMinStaySteps = 30;

}  // namespace

Choice::Choice(const Options& options) : options_(options), stay_steps_(kMinStaySteps) {
  set_horizon(options_.knots.front() * options_.step);
}

void Choice::set_horizon(Duration horizon) {
  horizon_ = horizon;
  knot_ = 0;
  while (knot_ + 1 < options_.knots.size() && options_.knots[knot_] * options_.step < horizon) ++knot_;
}

void Choice::update(const std::vector<Member>& members, const Counts& counts) {
  ++stay_steps_;
  const bool lost = serving_ != 0 && !eligible(members[serving_], counts);
  if (lost) serving_ = 0;
  std::size_t best = serving_;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!eligible(members[i], counts)) continue;
    const bool better = members[i].records[knot_].ratio() < members[best].records[knot_].ratio();
    const bool forced = options_.model != Model::Ladder && members[i].model == options_.model;
    if (better || forced) best = i;
  }
  if (best == serving_) return;
  const bool forced = options_.model != Model::Ladder;
  const bool margin = members[best].records[knot_].ratio() < kSwitchMargin * members[serving_].records[knot_].ratio();
  if (!forced && !(margin && stay_steps_ > kMinStaySteps)) return;
  serving_ = best;
  stay_steps_ = 0;
}

/// With a forced model only this model is wanted; the last value stays as the fall-back.
bool Choice::wanted(const Member& member) const {
  return options_.model == Model::Ladder || member.model == options_.model;
}

bool Choice::seasons_seen(const Counts& counts) const {
  return counts.steps >= 2 * options_.season_steps;
}

bool Choice::eligible(const Member& member, const Counts& counts) const {
  if (!wanted(member) || (member.seasonal && !seasons_seen(counts))) return false;
  return member.tracks[knot_].residuals() >= options_.min_residuals;
}

/// Why a member cannot serve; empty when the member can.
std::string Choice::obstacle(const Member& member, const Counts& counts) const {
  if (member.seasonal && !seasons_seen(counts)) {
    return "needs two seasons of history (" + words(2 * options_.season_steps * options_.step) + "), has " +
           words(counts.steps * options_.step);
  }
  const int residuals = member.tracks[knot_].residuals();
  if (residuals >= options_.min_residuals) return {};
  return "has judged " + std::to_string(residuals) + " of the " + std::to_string(options_.min_residuals) +
         " forecasts it needs at +" + words(options_.knots[knot_] * options_.step);
}

std::string Choice::comparison(const std::vector<Member>& members, const Counts& counts) const {
  const Record& own = members[serving_].records[knot_];
  std::string text = members[serving_].name + ": P" + words(100 * options_.planning_level) + " pinball loss at +" +
                     words(options_.knots[knot_] * options_.step) + " " + words(own.loss());
  if (serving_ != 0) text += " against " + words(own.last_value_loss()) + " of the calibrated last value";
  if (own.seasonal_samples() > 0) text += ", " + words(own.seasonal_loss()) + " of plain seasonal-naive";
  text += ", over " + std::to_string(own.samples()) + " judged steps";
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i == serving_) continue;
    const std::string why_not = obstacle(members[i], counts);
    if (!why_not.empty()) {
      text += "; " + members[i].name + " " + why_not;
    } else if (i != 0) {
      text += "; " + members[i].name + (wanted(members[i]) ? " " : " (not asked for) ") +
              words(members[i].records[knot_].ratio()) + " × the last value's";
    }
  }
  if (options_.season_steps == 0) text += "; no season is set, so seasonal models cannot serve";
  return text;
}

Summary Choice::summary(const std::vector<Member>& members, const Counts& counts) const {
  Summary summary;
  summary.model = "None";
  const Member& member = members[serving_];
  const std::string why_not = obstacle(member, counts);
  const Record& record = member.records[knot_];
  summary.samples = record.samples();
  if (!why_not.empty()) {
    summary.why = member.name + " " + why_not;
    return summary;
  }
  summary.eligible = true;
  summary.model = member.name;
  summary.why = comparison(members, counts);
  summary.skill = 1 - record.ratio();
  summary.skill_seasonal = record.seasonal_samples() > 0 ? 1 - record.seasonal_ratio() : 0;
  summary.coverage = record.coverage();
  return summary;
}

}  // namespace forecasting
