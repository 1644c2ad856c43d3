// The three named models with their tracks and records, made from one set of options, so that all of them are
// calibrated and judged alike.
#include "forecasting/engine/member.h"

#include <algorithm>

#include "forecasting/members/holt_winters_bank.h"
#include "forecasting/members/last_value.h"
#include "forecasting/members/seasonal_naive.h"
#include "forecasting/values/words.h"

namespace forecasting {
namespace {

Member make_member(Model model, const std::string& name, std::unique_ptr<PointModel> point, const Options& options) {
  Member member;
  member.model = model;
  member.seasonal = model != Model::LastValue;
  member.name = member.seasonal ? name + "(" + words(options.season_steps * options.step) + ")" : name;
  member.point = std::move(point);
  for (const int steps : options.knots) {
    member.tracks.emplace_back(ConformalTrack::Options{.steps = steps,
                                                       .season_steps = options.season_steps,
                                                       .window_steps = options.residual_window_steps,
                                                       .level = options.planning_level});
    member.records.emplace_back(std::max(2 * options.season_steps, 500));
  }
  return member;
}

}  // namespace

std::vector<Member> make_members(const Options& options) {
  std::vector<Member> members;
  members.push_back(make_member(Model::LastValue, "LastValue", std::make_unique<LastValue>(), options));
  if (options.season_steps <= 0) return members;
  members.push_back(make_member(Model::SeasonalNaive, "SeasonalNaive",
                                std::make_unique<SeasonalNaive>(options.season_steps, options.knots), options));
  members.push_back(make_member(Model::HoltWinters, "HoltWinters",
                                std::make_unique<HoltWintersBank>(options.season_steps, options.knots), options));
  return members;
}

Member make_seasonal_yardstick(const Options& options) {
  return make_member(Model::SeasonalNaive, "SeasonalNaive",
                     std::make_unique<SeasonalNaive>(options.season_steps, options.knots, false), options);
}

}  // namespace forecasting
