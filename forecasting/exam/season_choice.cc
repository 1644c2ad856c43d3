// Seasons as a series shows them, and the day where two days are known: the operator assumes a day, so its exam does,
// too.
#include "forecasting/exam/season_choice.h"

#include <algorithm>

#include "forecasting/series/season_detection.h"

namespace forecasting::exam {

std::vector<int> seasons_of(const aia::DemandSeries& series, std::size_t known) {
  const auto steps = std::min(known, series.values.size());
  const auto end = series.values.begin() + static_cast<std::ptrdiff_t>(steps);
  auto seasons = detect_seasons({series.values.begin(), end}, series.step);
  constexpr Duration kDay = std::chrono::hours(24);
  if (kDay % series.step != Duration{0} || static_cast<std::int64_t>(steps) < 2 * (kDay / series.step)) return seasons;
  const auto day = static_cast<int>(kDay / series.step);
  const auto place = std::lower_bound(seasons.begin(), seasons.end(), day);
  if (day > 1 && (place == seasons.end() || *place != day)) seasons.insert(place, day);
  return seasons;
}

int main_season(const std::vector<int>& seasons, Duration step) {
  const auto is_day = [&](int season) { return season * step == std::chrono::hours(24); };
  const auto day = std::find_if(seasons.begin(), seasons.end(), is_day);
  return day != seasons.end() ? *day : seasons.empty() ? 0 : seasons.front();
}

}  // namespace forecasting::exam
