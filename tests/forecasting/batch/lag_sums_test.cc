// Sums against their definition, and a regression that must find the recurrence a series was made by.
#include "forecasting/batch/lag_sums.h"

#include <Eigen/Cholesky>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "forecasting/batch/autoregression.h"

namespace forecasting::batch {
namespace {

std::vector<double> wave(int size) {
  std::vector<double> values;
  for (int t = 0; t < size; ++t) values.push_back(std::sin(.7 * t) + .3 * std::cos(2.1 * t * t));
  return values;
}

TEST_CASE("sums of products are what they say, whatever the window and the order of the offsets") {
  const auto v = wave(40);
  const LagSums sums(v, 9);
  for (const auto& [a, b, from, to] : {std::array{0, 0, 0, 40}, {-3, -3, 3, 40}, {-7, 2, 7, 38}, {2, -7, 9, 30}}) {
    double expected = 0;
    for (int t = from; t < to; ++t) {
      expected += v[static_cast<std::size_t>(t + a)] * v[static_cast<std::size_t>(t + b)];
    }
    CHECK(sums.sum(a, b, from, to) == Approx(expected).margin(1e-12));
  }
}

TEST_CASE("the recurrence that made a series is found, and continued") {
  std::vector<double> values{1, -.5, .2};
  for (std::size_t t = 3; t < 60; ++t)
    values.push_back(1.2 * values[t - 1] - .9 * values[t - 3] * .5 + .1 * values[t - 2]);
  const std::vector<double> known(values.begin(), values.begin() + 50);
  const LagSums sums(known, 3);
  const std::vector<int> offsets{-3, -2, -1};
  const Eigen::VectorXd found = regress(sums, offsets, 0, 3, 50, 0);
  CHECK(found[0] == Approx(-.45).epsilon(1e-6));
  CHECK(found[1] == Approx(.1).epsilon(1e-6));
  CHECK(found[2] == Approx(1.2).epsilon(1e-6));

  const Autoregression fit{{1, 2, 3}, Eigen::Vector3d(1.2, .1, -.45)};
  Eigen::VectorXd ahead(10);
  fit.iterate(known, ahead);
  for (std::size_t h = 0; h < 10; ++h) CHECK(ahead[static_cast<Eigen::Index>(h)] == Approx(values[50 + h]));
}

TEST_CASE("the robust step lowers the sum of absolute errors, which outliers keep least squares from") {
  std::vector<double> values{1};
  const auto shock = wave(300);
  for (std::size_t t = 1; t < 300; ++t) values.push_back(.8 * values[t - 1] + shock[t]);
  for (const std::size_t t : {70UL, 140UL, 230UL}) values[t] += 40;
  const Autoregression squares = fit_autoregression(LagSums(values, 1), {1});
  const auto error = [&](const Autoregression& fit) {
    double sum = 0;
    for (std::size_t t = 1; t < values.size(); ++t) sum += std::abs(values[t] - fit.coefficients[0] * values[t - 1]);
    return sum;
  };
  CHECK(error(robust_step(squares, values)) < .99 * error(squares));
}

TEST_CASE("nothing to learn from is no error") {
  const std::vector<double> zeros(20, 0.0);
  const LagSums sums(zeros, 2);
  const Autoregression fit = robust_step(fit_autoregression(sums, {1, 2}), zeros);
  CHECK(fit.coefficients.norm() == 0);
  Eigen::VectorXd ahead(3);
  Autoregression{}.iterate(zeros, ahead);
  CHECK(ahead.norm() == 0);
}

}  // namespace
}  // namespace forecasting::batch
