// The members' arithmetic. Each member is fitted once, on the whole series, and forecasts from every origin with the
// same coefficients: a fit at each origin would cost twenty times as much.
#include "forecasting/batch/members.h"

#include <algorithm>

#include "forecasting/batch/autoregression.h"

namespace forecasting::batch {
namespace {

// Of a profile's error at each return of its season; a tenth more or less does as well on M4's validation part.
constexpr double kLongGain = .4, kShortGain = .2;

int steps_of(const Task& task) {
  return static_cast<int>(task.values.size());
}

/// A seasonal profile at each origin, and the residue of each step from the profile before it.
class Profile {
 public:
  Profile(const Task& task, int season, double gain)
      : season_(season), ahead_(task.horizon, static_cast<Eigen::Index>(task.origins.size())) {
    std::vector<double> profile(task.values.begin(), task.values.begin() + season);
    Eigen::Index column = 0;
    for (int t = season; t <= steps_of(task); ++t) {
      for (; column < ahead_.cols() && task.origins[static_cast<std::size_t>(column)] == t; ++column) {
        for (int h = 0; h < task.horizon; ++h) ahead_(h, column) = profile[static_cast<std::size_t>((t + h) % season)];
      }
      if (t == steps_of(task)) break;
      double& expected = profile[static_cast<std::size_t>(t % season)];
      residues_.push_back(task.values[static_cast<std::size_t>(t)] - expected);
      expected += gain * residues_.back();
    }
  }

  /// The profile plus an autoregression of its residues.
  [[nodiscard]] Paths paths(const Task& task, const std::vector<int>& lags) const {
    const Autoregression fit = fit_autoregression(LagSums(residues_, lags.back()), lags);
    Paths paths(ahead_.rows(), ahead_.cols());
    for (Eigen::Index i = 0; i < paths.cols(); ++i) {
      const int known = std::max(0, task.origins[static_cast<std::size_t>(i)] - season_);
      fit.iterate(std::span(residues_).first(static_cast<std::size_t>(known)), paths.col(i));
    }
    return paths + ahead_;
  }

  /// Steps with known residues.
  [[nodiscard]] int steps() const { return static_cast<int>(residues_.size()); }

 private:
  int season_;
  Paths ahead_;
  std::vector<double> residues_;  ///< from the second season on
};

}  // namespace

int reach_of(const Task& task) {
  const auto lags = value_lags(task.seasons, steps_of(task));
  int reach = lags.back();
  for (int step = 1; step <= task.horizon; ++step) {
    const auto offsets = offsets_for(step, task.seasons, steps_of(task));
    reach = std::max(reach, step - offsets.front());
  }
  return std::min(reach, steps_of(task));  // at longer distances there is no pair of values
}

Paths autoregressive_paths(const Task& task, const LagSums& sums) {
  const Autoregression fit =
      robust_step(fit_autoregression(sums, value_lags(task.seasons, steps_of(task))), task.values);
  Paths paths(task.horizon, static_cast<Eigen::Index>(task.origins.size()));
  for (Eigen::Index i = 0; i < paths.cols(); ++i) {
    fit.iterate(task.values.first(static_cast<std::size_t>(task.origins[static_cast<std::size_t>(i)])), paths.col(i));
  }
  return paths;
}

Paths direct_paths(const Task& task, const LagSums& sums) {
  Paths paths = Paths::Zero(task.horizon, static_cast<Eigen::Index>(task.origins.size()));
  for (int h = 0; h < task.horizon; ++h) {
    const auto offsets = offsets_for(h + 1, task.seasons, steps_of(task));
    const int from = -offsets.front(), to = steps_of(task) - 1 - h;
    if (to - from < static_cast<int>(offsets.size())) continue;  // too few: the level
    const Eigen::VectorXd coefficients = regress(sums, offsets, h + 1, from, to, kRidge);
    for (Eigen::Index i = 0; i < paths.cols(); ++i) {
      const int newest = task.origins[static_cast<std::size_t>(i)] - 1;
      for (std::size_t k = 0; k < offsets.size(); ++k) {
        const int at = newest + offsets[k];
        if (at >= 0)
          paths(h, i) += coefficients[static_cast<Eigen::Index>(k)] * task.values[static_cast<std::size_t>(at)];
      }
    }
  }
  return paths;
}

std::vector<Paths> profile_paths(const Task& task) {
  const auto [day, week] = task.seasons;
  const Profile weekly(task, std::max(1, week), kLongGain);
  const auto lags = residue_lags(task.seasons, weekly.steps());
  std::vector<Paths> members{weekly.paths(task, lags), weekly.paths(task, {1})};
  if (day < week) {
    const Profile daily(task, day, kShortGain);
    members.push_back(daily.paths(task, residue_lags(task.seasons, daily.steps())));
  }
  return members;
}

}  // namespace forecasting::batch
