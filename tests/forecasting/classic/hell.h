// Series from hell, and what every batch model owes them: a finite forecast or a refusal with a reason, never a NaN or
// an exception.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "forecasting/classic/fit.h"

namespace forecasting::testing {

inline std::vector<std::pair<std::string, std::vector<double>>> series_from_hell() {
  const double gap = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  std::vector<std::pair<std::string, std::vector<double>>> all{
      {"none", {}},
      {"one point", {5}},
      {"two points", {5, 6}},
      {"all missing", std::vector<double>(100, gap)},
      {"constant", std::vector<double>(100, 3)},
      {"zeros", std::vector<double>(100, 0)},
      {"huge constant", std::vector<double>(100, 1e300)},
  };
  std::vector<double> alternating, huge, tiny, step, yearlong, spike, ramp, infinite;
  for (int t = 0; t < 120; ++t) {
    const double wobble = std::sin(t * 12.9898) * 43758.5453;
    const double noise = wobble - std::floor(wobble);
    alternating.push_back(t % 2 == 0 ? 1 : -1);
    huge.push_back((t % 3 == 0 ? 1 : -1) * 1e300 * noise);
    tiny.push_back(1e-300 * noise);
    step.push_back(t < 60 ? 1 : 1e9);
    yearlong.push_back(t < 3 || t > 110 ? noise : gap);
    spike.push_back(t == 70 ? 1e200 : noise);
    ramp.push_back(t);
    infinite.push_back(t % 10 == 0 ? infinity : noise);
  }
  all.emplace_back("alternating", alternating);
  all.emplace_back("1e300", huge);
  all.emplace_back("1e-300", tiny);
  all.emplace_back("step", step);
  all.emplace_back("a long gap", yearlong);
  all.emplace_back("spike of 1e200", spike);
  all.emplace_back("ramp", ramp);
  all.emplace_back("infinities", infinite);
  return all;
}

/// A forecast that is one, or a refusal that says so.
template <typename Model>
void check_honest(const Model& model, const std::string& name) {
  INFO(name << ": " << words(model.summary().state));
  const Prediction prediction = model.forecast(20);
  if (!model.summary().ok()) {
    CHECK(prediction.mean.empty());
    return;
  }
  REQUIRE(prediction.mean.size() == 20);
  REQUIRE(prediction.deviation.size() == 20);
  for (std::size_t h = 0; h < 20; ++h) {
    CHECK(std::isfinite(prediction.mean[h]));
    CHECK(prediction.deviation[h] >= 0);
  }
}

}  // namespace forecasting::testing
