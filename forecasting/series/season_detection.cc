// Detection in order: day, week, then other periods on the remainder. A length must explain more than nearby lengths,
// because wandering noise fits all lengths of about the same size.
#include "forecasting/series/season_detection.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "forecasting/series/autocorrelation.h"
#include "forecasting/series/decomposition.h"
#include "forecasting/series/unit.h"

namespace forecasting {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kOutlier = 5;          // robust deviations beyond which a value is clipped before anything is measured
constexpr double kCyclesWorth = 1.2;    // strength × cycles: few cycles of wandering noise agree by chance
constexpr double kLead = 0.05;          // of strength, over every wrong length near the candidate
constexpr double kWeekStrength = 0.05;  // of what the day leaves
constexpr double kOtherStrength = 0.35;  // more than for a day: no reason to expect this length
constexpr int kOtherCycles = 6;          // more than the two of a day, for the same reason
constexpr double kSame = 0.03;           // relative: a length this near a multiple or a part of a season is that season

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Values without their trend over `window` steps.
std::vector<double> detrended(const std::vector<double>& values, int window) {
  std::vector<double> x = moving_average(values, window);
  for (std::size_t t = 0; t < x.size(); ++t) x[t] = values[t] - x[t];
  return x;
}

/// Clipped at kOutlier robust deviations; as they are when more than half are equal.
void tame(std::vector<double>& values) {
  std::vector<double> present;
  for (const double value : values) {
    if (!std::isnan(value)) present.push_back(value);
  }
  const double centre = median(present);
  for (double& value : present) value = std::fabs(value - centre);
  const double limit = kOutlier * 1.4826 * median(present);
  if (!(limit > 0)) return;
  for (double& value : values) {
    if (!std::isnan(value)) value = std::clamp(value, centre - limit, centre + limit);
  }
}

/// Sums and counts of the values at each step of a season of m.
struct Profile {
  std::vector<double> sum;
  std::vector<int> count;
};

Profile profile_of(const std::vector<double>& x, std::size_t m) {
  Profile profile{std::vector<double>(m), std::vector<int>(m)};
  for (std::size_t t = 0; t < x.size(); ++t) {
    if (std::isnan(x[t])) continue;
    profile.sum[t % m] += x[t];
    ++profile.count[t % m];
  }
  return profile;
}

/// 1 − Σ(x − profile)² / Σ x² over values whose trend is already out; see season_strength().
double explained(const std::vector<double>& x, int season_steps) {
  const auto m = static_cast<std::size_t>(season_steps);
  const auto [sum, count] = profile_of(x, m);
  double left = 0, whole = 0;
  std::size_t compared = 0;
  for (std::size_t t = 0; t < x.size(); ++t) {
    const int others = count[t % m] - 1;
    if (std::isnan(x[t]) || others < 1) continue;
    const double error = x[t] - (sum[t % m] - x[t]) / others;
    // The mean of the other cycles is noisy. The noise's share is removed, so that noise alone explains nothing.
    left += error * error * others / (others + 1);
    whole += x[t] * x[t];
    ++compared;
  }
  return 4 * compared >= x.size() && whole > 0 ? 1 - left / whole : -1;
}

void remove_profile(std::vector<double>& x, int season_steps) {
  const auto m = static_cast<std::size_t>(season_steps);
  const auto [sum, count] = profile_of(x, m);
  for (std::size_t t = 0; t < x.size(); ++t) {
    if (count[t % m] > 0) x[t] -= sum[t % m] / count[t % m];
  }
}

/// Whether the candidate explains enough, and more than the decoys, which wandering noise would fit as well.
bool stands_out(const std::vector<double>& values, int season_steps, double strength_min,
                const std::vector<int>& decoys) {
  const double cycles = static_cast<double>(values.size()) / season_steps;
  const double strength = explained(values, season_steps);
  if (!(strength >= std::max(strength_min, kCyclesWorth / cycles))) return false;
  return std::none_of(decoys.begin(), decoys.end(), [&](int decoy) {
    return decoy >= 2 && decoy != season_steps && explained(values, decoy) > strength - kLead;
  });
}

std::vector<int> beside(int season_steps) {
  std::vector<int> decoys;
  for (const double share : {0.77, 0.86, 1.13, 1.23})
    decoys.push_back(static_cast<int>(std::lround(share * season_steps)));
  return decoys;
}

/// Whether the larger is about a whole multiple of the smaller.
bool related(int a, int b) {
  const int large = std::max(a, b), small = std::min(a, b);
  const double multiple = std::round(static_cast<double>(large) / small);
  return std::fabs(large - multiple * small) <= kSame * small;
}

/// The length near `lag` with the largest explained share, because noise moves the top of a hill.
int refined(const std::vector<double>& x, int lag) {
  const int reach = std::max(1, static_cast<int>(kSame * lag));
  int best = lag;
  double most = -1;
  for (int length = std::max(2, lag - reach); length <= lag + reach; ++length) {
    const double share = explained(x, length);
    if (share > most) {
      most = share;
      best = length;
    }
  }
  return best;
}

/// The shortest lag whose hill of autocorrelation is nearly the highest; 0: none.
int hill(const std::vector<double>& x, int steps_min, const std::vector<int>& found) {
  const auto lag_max = static_cast<int>(x.size()) / kOtherCycles;
  if (lag_max <= steps_min) return 0;
  const std::vector<double> r = autocorrelation(x, lag_max);
  std::vector<int> peaks;
  double highest = 0;
  for (int lag = steps_min; lag < lag_max; ++lag) {
    const bool top =
        r[lag] > r[lag - 1] && r[lag] >= r[lag + 1] && r[lag] > 2 / std::sqrt(static_cast<double>(x.size()));
    if (!top || std::any_of(found.begin(), found.end(), [&](int season) { return related(lag, season); })) continue;
    peaks.push_back(lag);
    highest = std::max(highest, r[lag]);
  }
  const auto first = std::find_if(peaks.begin(), peaks.end(), [&](int lag) { return r[lag] > 0.8 * highest; });
  return first == peaks.end() ? 0 : *first;
}

}  // namespace

double season_strength(const std::vector<double>& values, int season_steps) {
  if (season_steps < 2 || values.size() < 2 * static_cast<std::size_t>(season_steps)) return -1;
  return explained(detrended(values, season_steps), season_steps);
}

std::vector<int> detect_seasons(const std::vector<double>& values, std::chrono::nanoseconds step,
                                const SeasonOptions& options) {
  ScaledSeries series = scaled(values);
  std::vector<double>& y = series.values;
  std::vector<int> found;
  if (series.constant || step.count() <= 0) return found;
  tame(y);
  const auto steps_in = [&](std::chrono::nanoseconds period, int cycles) {
    const std::int64_t steps = period / step;
    const bool fits = period % step == std::chrono::nanoseconds{0} && steps >= options.steps_min &&
                      static_cast<std::int64_t>(y.size()) >= cycles * steps;
    return fits ? static_cast<int>(steps) : 0;
  };
  const int day = steps_in(std::chrono::hours(24), 2), week = steps_in(std::chrono::hours(168), 2);
  std::vector<double> rest = y;
  if (day > 0) {
    rest = detrended(y, day);
    if (stands_out(rest, day, options.strength_min, beside(day))) {
      found.push_back(day);
      rest = y;
      const std::vector<double> trend = moving_average(y, week > 0 ? week : day);
      for (std::size_t t = 0; t < rest.size(); ++t) rest[t] = std::isnan(trend[t]) ? kUnknown : rest[t] - trend[t];
      remove_profile(rest, day);
    }
  }
  if (week > 0) {
    std::vector<double> left = found.empty() ? detrended(y, week) : rest;
    // Beside a week of days lie other numbers of days; beside a week without, other lengths.
    std::vector<int> decoys = beside(week);
    if (day > 0) {
      decoys.clear();
      for (const int days : {4, 5, 6, 8, 9}) decoys.push_back(days * day);
    }
    if (stands_out(left, week, found.empty() ? options.strength_min : kWeekStrength, decoys)) {
      found.push_back(week);
      remove_profile(left, week);
      rest = std::move(left);
    }
  }
  for (int i = 0; i < options.others_max; ++i) {
    const int top = hill(rest, options.steps_min, found);
    if (top == 0) break;
    const std::vector<double> flat = detrended(rest, top);
    const int other = refined(flat, top);
    if (!stands_out(flat, other, std::max(kOtherStrength, options.strength_min), beside(other))) break;
    found.push_back(other);
    remove_profile(rest, other);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace forecasting
