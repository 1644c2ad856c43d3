#include "forecasting/batch/members.h"

#include <algorithm>

#include "forecasting/batch/autoregression.h"

namespace forecasting::batch {
namespace {

constexpr double kRidge = .01;
constexpr double kProfileGain = .4;  // of a profile's error at each season's return; .3 and .5 are as good

int steps_of(const Task& task) {
  return static_cast<int>(task.values.size());
}

/// Profiles as they stood at the origins, and what each step left of the profile before it.
struct Profile {
  Paths ahead;
  std::vector<double> residues;  ///< from the second season on
};

Profile smooth_profile(const Task& task, int season) {
  const auto values = task.values;
  std::vector<double> profile(values.begin(), values.begin() + season);
  Profile result{Paths(task.horizon, static_cast<Eigen::Index>(task.origins.size())), {}};
  Eigen::Index column = 0;
  for (int t = season; t <= steps_of(task); ++t) {
    for (; column < result.ahead.cols() && task.origins[static_cast<std::size_t>(column)] == t; ++column) {
      for (int h = 0; h < task.horizon; ++h) {
        result.ahead(h, column) = profile[static_cast<std::size_t>((t + h) % season)];
      }
    }
    if (t == steps_of(task)) break;
    double& expected = profile[static_cast<std::size_t>(t % season)];
    result.residues.push_back(values[static_cast<std::size_t>(t)] - expected);
    expected += kProfileGain * result.residues.back();
  }
  return result;
}

}  // namespace

int reach_of(const Task& task) {
  const auto lags = value_lags(task.seasons, steps_of(task));
  int reach = lags.back();
  for (int step = 1; step <= task.horizon; ++step) {
    const auto offsets = offsets_for(step, task.seasons, steps_of(task));
    reach = std::max(reach, step - offsets.front());
  }
  return reach;
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
  const int season = std::max(1, task.seasons.longest);
  const Profile profile = smooth_profile(task, season);
  const int size = static_cast<int>(profile.residues.size());
  const auto many = residue_lags(task.seasons, size);
  const LagSums sums(profile.residues, many.back());
  std::vector<Paths> members;
  for (const auto& lags : {many, std::vector{1}}) {
    const Autoregression fit = fit_autoregression(sums, lags);
    Paths& paths = members.emplace_back(task.horizon, profile.ahead.cols());
    for (Eigen::Index i = 0; i < paths.cols(); ++i) {
      const int known = std::max(0, task.origins[static_cast<std::size_t>(i)] - season);
      fit.iterate(std::span(profile.residues).first(static_cast<std::size_t>(known)), paths.col(i));
    }
    paths += profile.ahead;
  }
  return members;
}

}  // namespace forecasting::batch
