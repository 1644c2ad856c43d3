// Asks about each selector separately, so that a vanished selector cannot hide behind another, as in `sum(a) + (sum(b)
// or vector(0))`. timestamp() returns the time of the sample; the time in an instant answer is only the evaluation
// time. A selector whose data is older than the server's look-back (5 min) matches nothing and has no entry; the loop
// treats the data as missing. So does an @ with an offset beyond the look-back on Prometheus 3, where timestamp() finds
// nothing; this errs on the safe side.
#include "controller/prometheus/evidence.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace aia::prometheus {
namespace {

std::string label(const ports::LabelledSeries& series, const char* name) {
  const auto found = series.labels.find(name);
  return found == series.labels.end() ? std::string() : found->second;
}

}  // namespace

std::string evidence_query(const Selector& selector) {
  return "max by (namespace, pod, instance) (timestamp(" + selector.text + selector.moment() + "))";
}

Behind behind(const ports::QueryAnswer& answer) {
  std::map<std::tuple<std::string, std::string, std::string>, WallTime> newest;
  for (const auto& series : answer.series) {
    if (series.samples.empty() || !(std::abs(series.samples.back().value) < 1e12)) continue;
    const WallTime time{Millis(std::llround(series.samples.back().value * 1000))};
    const auto [found, is_new] =
        newest.try_emplace({label(series, "namespace"), label(series, "pod"), label(series, "instance")}, time);
    if (!is_new) found->second = std::max(found->second, time);
  }
  Behind out;
  out.warned = !answer.warnings.empty();
  for (const auto& [source, time] : newest)
    out.sources.push_back({std::get<0>(source), std::get<1>(source), time, std::get<2>(source)});
  return out;
}

ports::Evidence reduce(const Selectors& selectors, const std::vector<const Behind*>& found) {
  ports::Evidence evidence;
  evidence.rate_window = selectors.longest_range;
  evidence.complete = !selectors.all.empty();
  std::set<std::string> asked;
  for (std::size_t i = 0; i < std::min(selectors.all.size(), found.size()); ++i) {
    if (!asked.insert(evidence_query(selectors.all[i])).second) continue;
    if (found[i]->warned) evidence.complete = false;
    if (found[i]->sources.empty()) evidence.unseen.push_back(selectors.all[i].text);
    for (auto source : found[i]->sources) {
      source.selector = static_cast<int>(asked.size()) - 1;
      evidence.pods.push_back(std::move(source));
    }
  }
  return evidence;
}

}  // namespace aia::prometheus
