// Classical decomposition of one season by a centred moving average, gaps left out of every mean: where smoothing
// starts (Hyndman and Khandakar, J. Stat. Softw. 27(3), 2008, section 2.5) and how strong a season is (Wang, Smith and
// Hyndman, Data Min. Knowl. Disc. 13, 2006: F = 1 − Var(remainder) / Var(season + remainder)).
#pragma once

#include <cstddef>
#include <vector>

namespace forecasting {

struct Decomposition {
  std::vector<double>
      trend{};  ///< as long as the values; ends hold the nearest; NaN where three quarters of a window are missing
  std::vector<double> season{};    ///< a figure per phase, phase 0 is the first value's; mean 0, or 1 if multiplicative
  std::vector<double> adjusted{};  ///< values without the season; NaN: gap
  double strength = 0;             ///< of the season, [0, 1]
};

/// `values`: NaN = gap, all positive if multiplicative; at least two seasons of `season_steps` ≥ 2. Phases that were
/// never seen carry their neighbours' figure.
Decomposition decompose(const std::vector<double>& values, int season_steps, bool multiplicative);

/// The centred moving average over `window` steps, half weights at the ends of an even one.
std::vector<double> moving_average(const std::vector<double>& values, int window);

/// Intercept and slope of the first `count` observations over time, t = 0 at the step before the first value.
struct Line {
  double intercept = 0;
  double slope = 0;
};
Line line_through(const std::vector<double>& values, std::size_t count);

}  // namespace forecasting
