// Coverage on average and at each hour of a day whose noise differs, whatever the unit; what cannot be learned from,
// and the state.
#include "forecasting/learner/calibration.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "forecasting/learner/state_io.h"
#include "tests/forecasting/noise.h"

namespace forecasting {
namespace {

using Quantiles = std::array<double, 4>;

const std::vector<double> kLevels{0.5, 0.9, 0.95, 0.99};
constexpr std::size_t kTop = 2;
constexpr int kDay = 288;

/// Whoever forecasts is too sure of himself by half, and knows nothing of the hours.
struct Hours {
  explicit Hours(bool seasonal = true, double size = 1) : unit(size) {
    spans.seasonal = seasonal;
    calibration = Calibration(kLevels, kTop, spans, 1);
  }

  Quantiles forecast(int slot) {
    Quantiles quantiles{0, 0.6 * unit, 0.8 * unit, 1.2 * unit};
    spread = calibration.apply(quantiles, slot);
    std::sort(quantiles.begin(), quantiles.end());
    return quantiles;
  }

  /// Shares covered at the levels: night and day, in which noise is twice as large.
  std::array<Quantiles, 2> play(int days) {
    std::array<Quantiles, 2> covered{};
    for (int i = 0; i < days * kDay; ++i, ++judged) {
      const int slot = i % kDay;
      const bool night = slot < kDay / 2;
      const Quantiles said = forecast(slot);
      const double value = unit * (night ? 0.75 : 1.5) * noise.normal();
      std::array<float, 4> served{};
      std::transform(said.begin(), said.end(), served.begin(), [](double q) { return static_cast<float>(q); });
      calibration.learn({served, spread, slot, value, judged}, kLevels);
      for (std::size_t q = 0; q < said.size(); ++q)
        covered[night ? 0 : 1][q] += value <= said[q] ? 2.0 / (days * kDay) : 0;
    }
    return covered;
  }

  Spans spans = Spans::of(kDay);
  Calibration calibration{kLevels, kTop, spans, 1};
  testing::Noise noise{21};
  double unit, spread = 0;
  int judged = 0;
};

TEST_CASE("calibration: covers what it promises, by night and by day more nearly than without hours") {
  Hours exam, common(false);
  exam.play(20), common.play(20);
  const auto covered = exam.play(20), without = common.play(20);
  for (std::size_t q = 0; q < kLevels.size(); ++q) {
    CHECK((covered[0][q] + covered[1][q]) / 2 == Approx(kLevels[q]).margin(0.02));
    CHECK((without[0][q] + without[1][q]) / 2 == Approx(kLevels[q]).margin(0.02));
  }
  CHECK(std::abs(covered[0][kTop] - 0.95) < 0.6 * std::abs(without[0][kTop] - 0.95));
  CHECK(std::abs(covered[1][kTop] - 0.95) < 0.6 * std::abs(without[1][kTop] - 0.95));
  CHECK(exam.calibration.widening(kDay * 3 / 4) > exam.calibration.widening(kDay / 4) + 0.1);
  CHECK(common.forecast(0) == common.forecast(kDay / 2));
}

TEST_CASE("calibration: the unit does not matter") {
  Hours small, large(true, 1 << 20);
  CHECK(small.play(5) == large.play(5));
  CHECK(small.calibration.widening(100) == large.calibration.widening(100));
}

TEST_CASE("calibration: a forecast without spread neither teaches nor is corrected") {
  Hours exam;
  const std::array<float, 4> flat{5, 5, 5, 5};
  for (int i = 0; i < 1000; ++i) exam.calibration.learn({flat, 0, i % kDay, 7, i}, kLevels);
  Quantiles quantiles{1, 2, 3, 4};
  CHECK(exam.calibration.apply(quantiles, 0) == 2);
  CHECK(quantiles == Quantiles{1, 2, 3, 4});
  exam.play(5);
  quantiles = {5, 5, 5, 5};
  CHECK(exam.calibration.apply(quantiles, 0) == 0);
  CHECK(quantiles == Quantiles{5, 5, 5, 5});
}

TEST_CASE("calibration: stays bounded where every outcome is far above") {
  Hours exam;
  const std::array<float, 4> served{1, 2, 3, 4};
  for (int i = 0; i < 100'000; ++i) exam.calibration.learn({served, 2, i % kDay, 1e30, i}, kLevels);
  Quantiles quantiles{1, 2, 3, 4};
  exam.calibration.apply(quantiles, 0);
  CHECK(quantiles.back() < 50);
}

TEST_CASE("calibration: saved and restored it goes on bit for bit") {
  Hours exam;
  exam.play(3);
  StateWriter writer;
  exam.calibration.state(writer);
  Hours restored = exam;
  restored.calibration = Calibration(kLevels, kTop, exam.spans, 1);
  StateReader reader(writer.bytes());
  restored.calibration.state(reader);
  REQUIRE(reader.ok());
  CHECK(restored.play(2) == exam.play(2));
  CHECK(restored.forecast(7) == exam.forecast(7));
}

}  // namespace
}  // namespace forecasting
