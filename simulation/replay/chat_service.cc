// The trace is shape × level of the day × slow noise × bursts, plus the scatter of counts. Each kind of noise draws
// from a stream of its own, so that one more burst changes no other noise.
#include "simulation/replay/chat_service.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "simulation/random.h"

namespace aia::simulation {
namespace {

constexpr int kDayMinutes = 24 * 60;
constexpr double kStepS = 60;
constexpr double kDayLevelNoise = 0.025, kSlowNoise = 0.02, kSlowMemory = 0.9;
enum Stream : std::uint64_t { kLevels, kSlow, kCounts, kBursts };

/// Hour of the day, share of the peak.
constexpr std::array<std::pair<double, double>, 12> kShape = {{{0, .43},
                                                               {2, .29},
                                                               {4, .25},
                                                               {6, .25},
                                                               {9, 1.0},
                                                               {10.5, .95},
                                                               {12.75, .80},
                                                               {15, .93},
                                                               {18, .68},
                                                               {20.5, .70},
                                                               {22.5, .55},
                                                               {24, .43}}};

/// Share of the peak: the points of kShape, joined by smooth steps.
double shape(double hour) {
  const auto after =
      std::find_if(kShape.begin() + 1, kShape.end() - 1, [&](auto& point) { return hour <= point.first; });
  const auto [start, low] = *(after - 1);
  const auto [end, high] = *after;
  const double x = (hour - start) / (end - start);
  return low + (high - low) * x * x * (3 - 2 * x);
}

/// The share that bursts add to each minute: up within two minutes, then down in a straight line.
std::vector<double> bursts(std::size_t minutes, double per_day, Random random) {
  std::vector<double> extra(minutes, 0.0);
  const double mean_gap = kDayMinutes / per_day;
  for (double at = random.exponential(mean_gap); at < static_cast<double>(minutes);
       at += random.exponential(mean_gap)) {
    const double length = random.uniform(5, 15), height = random.uniform(0.10, 0.25);
    for (int k = 0; k < length; ++k) {
      const auto minute = static_cast<std::size_t>(at) + static_cast<std::size_t>(k);
      if (minute < minutes) extra[minute] += height * std::min((k + 1) / 2.0, 1.0) * (1 - k / length);
    }
  }
  return extra;
}

}  // namespace

Trace chat_service(const ChatServiceOptions& options) {
  const Random root(options.seed);
  auto levels = root.split(kLevels), slow_noise = root.split(kSlow), counts = root.split(kCounts);
  Trace trace;
  trace.name = "chat service, made with seed " + std::to_string(options.seed);
  trace.step = std::chrono::minutes(1);
  const auto minutes = static_cast<std::size_t>(options.length / trace.step);
  const auto extra = options.bursts_per_day > 0 ? bursts(minutes, options.bursts_per_day, root.split(kBursts))
                                                : std::vector<double>(minutes, 0.0);
  double level = 1, slow = 0;
  for (std::size_t minute = 0; minute < minutes; ++minute) {
    const auto of_day = static_cast<int>(minute % kDayMinutes);
    if (of_day == 0) level = 1 + kDayLevelNoise * levels.normal();
    slow = kSlowMemory * slow + kSlowNoise * std::sqrt(1 - kSlowMemory * kSlowMemory) * slow_noise.normal();
    const double rate = options.peak_rps * shape(of_day / 60.0) * level * (1 + slow) * (1 + extra[minute]);
    trace.values.push_back(std::max(0.0, rate + std::sqrt(std::max(0.0, rate) / kStepS) * counts.normal()));
  }
  return trace;
}

}  // namespace aia::simulation
