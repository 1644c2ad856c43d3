// All seconds of the play are drawn at once and kept, so that each call of the function for a moment gives the same
// value, in any order of calls.
#include "simulation/replay/arrivals.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "simulation/random.h"

namespace aia::simulation {
namespace {

constexpr Millis kSecond(1000);

/// Requests in each second from `from` to the trace's end: Poisson, then scaled so that each bin keeps its total.
std::vector<double> scattered(const Trace& trace, WallTime from, Random random) {
  std::vector<double> seconds;
  for (WallTime bin = from; bin < trace.end();) {
    const WallTime end = std::min(trace.end(), bin + std::max(trace.step - (bin - trace.start) % trace.step, kSecond));
    const double rate = trace.at(bin);
    const auto first = seconds.size();
    double sum = 0;
    for (; bin < end; bin += kSecond) sum += seconds.emplace_back(random.poisson(rate));
    const double scale = sum > 0 ? rate * static_cast<double>(seconds.size() - first) / sum : 0;
    for (auto k = first; k < seconds.size(); ++k) seconds[k] *= scale;
  }
  return seconds;
}

}  // namespace

DemandFunction arrivals(const Trace& trace, WallTime play_from, std::uint64_t seed) {
  struct Known {
    Trace trace;
    WallTime play_from;
    std::vector<double> seconds;
  };
  auto known = std::make_shared<const Known>(Known{trace, play_from, scattered(trace, play_from, Random(seed))});
  return [known = std::move(known)](WallTime at) {
    if (at < known->play_from) return known->trace.at(std::max(at, known->trace.start));
    const auto second = static_cast<std::size_t>((at - known->play_from) / kSecond);
    return second < known->seconds.size() ? known->seconds[second] : 0.0;
  };
}

}  // namespace aia::simulation
