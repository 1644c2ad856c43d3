// timestamp() gives a sample's own time where an instant answer carries the evaluation's. A selector whose data is
// older than the server's look-back (5 min) matches nothing: no entry, which the loop takes for missing.
#include "controller/prometheus/evidence.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace aia::prometheus {
namespace {

std::string label(const ports::LabelledSeries& series, const char* name) {
  const auto found = series.labels.find(name);
  return found == series.labels.end() ? std::string() : found->second;
}

}  // namespace

std::string evidence_query(const Selector& selector) {
  return "max by (namespace, pod, instance) (timestamp(" + selector.text + "))";
}

ports::Evidence reduce(const Selectors& selectors, const std::vector<ports::QueryAnswer>& answers) {
  ports::Evidence evidence;
  evidence.rate_window = selectors.longest_range;
  evidence.complete = !selectors.all.empty();
  std::map<std::tuple<std::string, std::string, std::string>, WallTime> newest;
  for (const auto& answer : answers) {
    if (!answer.warnings.empty()) evidence.complete = false;
    for (const auto& series : answer.series) {
      if (series.samples.empty() || !(std::abs(series.samples.back().value) < 1e12)) continue;
      const WallTime time{Millis(std::llround(series.samples.back().value * 1000))};
      const auto [found, is_new] =
          newest.try_emplace({label(series, "namespace"), label(series, "pod"), label(series, "instance")}, time);
      if (!is_new) found->second = std::max(found->second, time);
    }
  }
  for (const auto& [source, time] : newest) {
    evidence.pods.push_back({std::get<0>(source), std::get<1>(source), time, std::get<2>(source)});
  }
  return evidence;
}

}  // namespace aia::prometheus
