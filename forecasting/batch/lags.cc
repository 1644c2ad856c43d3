// Lags around each season. A season's neighbours stand beside it because a product of an ordinary and a seasonal
// polynomial has its terms there (Box and Jenkins); duplicates and lags beyond half of the series are dropped.
#include "forecasting/batch/lags.h"

#include <algorithm>

namespace forecasting::batch {
namespace {

/// Ascending, once each, within [lowest, highest].
std::vector<int> tidy(std::vector<int> numbers, int lowest, int highest) {
  std::erase_if(numbers, [&](int number) { return number < lowest || number > highest; });
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::vector<int> lags_around(std::vector<int> lags, std::initializer_list<int> centres, int size) {
  for (const int centre : centres) {
    if (centre > 0) lags.insert(lags.end(), {centre - 1, centre, centre + 1});
  }
  return tidy(std::move(lags), 1, size / 2);
}

}  // namespace

Seasons usable(std::span<const int> seasons, int size) {
  Seasons found;
  for (const int season : seasons) {
    if (season > size / 3) continue;
    if (found.shortest == 0 || season < found.shortest) found.shortest = season;
    found.longest = std::max(found.longest, season);
  }
  return found;
}

std::vector<int> value_lags(Seasons seasons, int size) {
  const auto [day, week] = seasons;
  std::vector<int> lags{1, 2, 3};
  if (week > 0) lags.push_back(week + 2);
  return lags_around(std::move(lags), {day, 2 * day, week, week + day}, size);
}

std::vector<int> residue_lags(Seasons seasons, int size) {
  const int day = seasons.shortest;
  std::vector<int> lags{1, 2, 3, 4};
  if (day > 0) lags.push_back(day + 2);
  return lags_around(std::move(lags), {day, 2 * day}, size);
}

std::vector<int> offsets_for(int step, Seasons seasons, int size) {
  const auto [day, week] = seasons;
  std::vector<int> offsets{0, -1, -2, -3};
  if (day > 0) offsets.push_back(1 - day);
  const auto before = [&](int season) { return step - (step + season - 1) / season * season; };
  for (const int centre : {day > 0 ? before(day) : 0, day > 0 ? before(day) - day : 0, week > 0 ? before(week) : 0}) {
    offsets.insert(offsets.end(), {centre - 1, centre, centre + 1});
  }
  if (week > 0) offsets.push_back(before(week) + 2);
  return tidy(std::move(offsets), -size / 2, 0);
}

}  // namespace forecasting::batch
