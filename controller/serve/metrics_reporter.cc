// Uses prometheus-cpp's registry and text format, but not its HTTP server (Exposer); http_server.h serves the text. A
// change counter tells text() when the cached text is out of date.
#include "controller/serve/metrics_reporter.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <utility>

#include "controller/serve/metric_family.h"
#include "controller/serve/object_series.h"
#include "controller/serve/pool_series.h"

namespace aia::serve {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

}  // namespace

struct MetricsReporter::State {
  prometheus::Registry registry;
  ObjectSeries objects;
  PoolSeries pools;
  prometheus::Family<prometheus::Counter>& errors =
      prometheus::BuildCounter()
          .Name("aiautoscaler_errors_total")
          .Help("What did not work, by step of the cycle and kind of error; the log and conditions say more.")
          .Register(registry);
  prometheus::Gauge& looked_at = prometheus::BuildGauge()
                                     .Name("aiautoscaler_objects")
                                     .Help("AIAutoscalers that the newest cycle looked at.")
                                     .Register(registry)
                                     .Add({});
  prometheus::Family<prometheus::Gauge>& failing =
      prometheus::BuildGauge()
          .Name("aiautoscaler_objects_failing")
          .Help("How many AIAutoscalers had an error of this kind in this step of the newest cycle.")
          .Register(registry);
  std::map<std::pair<std::string, ErrorKind>, int> failed;  ///< the values of `failing`; a failure that ended becomes 0

  /// Counts each object once per step and kind, however often the object fails. A single failing object must not look
  /// like a server that fails all objects.
  void count_failing(const ports::CycleReport& cycle) {
    for (auto& [what, count] : failed) count = 0;
    for (const auto& object : cycle.objects) {
      std::set<std::pair<std::string, ErrorKind>> own;
      for (const auto& error : object.errors) own.insert({error.step, error.kind});
      for (const auto& what : own) ++failed[what];
    }
    for (const auto& [what, count] : failed)
      failing.Add({{"step", what.first}, {"kind", to_string(what.second)}}).Set(count);
    looked_at.Set(static_cast<double>(cycle.objects.size()));
  }
  prometheus::Histogram& cycle_seconds = prometheus::BuildHistogram()
                                             .Name("aiautoscaler_cycle_seconds")
                                             .Help("How long a cycle took, over all objects.")
                                             .Register(registry)
                                             .Add({}, kSeconds);
  prometheus::Family<prometheus::Histogram>& step_seconds =
      prometheus::BuildHistogram()
          .Name("aiautoscaler_step_seconds")
          .Help("How long a step of the cycle took: observe, forecast, plan, act, report.")
          .Register(registry);
  prometheus::Gauge& last_cycle = prometheus::BuildGauge()
                                      .Name("aiautoscaler_last_cycle_timestamp_seconds")
                                      .Help("When the newest cycle began that looked at the cluster, in Unix time.")
                                      .Register(registry)
                                      .Add({});
  prometheus::Gauge& period = prometheus::BuildGauge()
                                  .Name("aiautoscaler_cycle_period_seconds")
                                  .Help("How often a cycle is due, as set; one that takes longer delays the next.")
                                  .Register(registry)
                                  .Add({});
  prometheus::Family<prometheus::Gauge>& watch_age =
      prometheus::BuildGauge()
          .Name("aiautoscaler_watch_age_seconds")
          .Help("Since the API server last said anything about objects of this kind, as of the newest cycle.")
          .Register(registry);
  prometheus::Gauge& leader = prometheus::BuildGauge()
                                  .Name("aiautoscaler_leader")
                                  .Help("1: this process writes. 0: it follows, observing and forecasting only.")
                                  .Register(registry)
                                  .Add({});
  prometheus::Gauge& transitions = prometheus::BuildGauge()
                                       .Name("aiautoscaler_lease_transitions")
                                       .Help("How often the Lease has changed hands, as it says itself.")
                                       .Register(registry)
                                       .Add({});

  void count(const ports::CycleReport& cycle) {
    last_cycle.Set(seconds(cycle.at.time_since_epoch()));
    period.Set(seconds(cycle.period));
    cycle_seconds.Observe(seconds(cycle.took));
    for (const auto& step : cycle.steps) step_seconds.Add({{"step", step.step}}, kSeconds).Observe(seconds(step.took));
    count_failing(cycle);
    for (const auto& object : cycle.objects) count_errors(object.errors);
    for (const auto& pool : cycle.pools) count_errors(pool.errors);
  }

  void count_errors(const std::vector<ports::ErrorReport>& reports) {
    for (const auto& error : reports) errors.Add({{"step", error.step}, {"kind", to_string(error.kind)}}).Increment();
  }

  std::atomic<std::uint64_t> changes = 0;  ///< counted when the change is complete
  std::mutex writing;                      ///< guards the members below
  std::uint64_t written_after = 0;         ///< value of `changes` when `written` was made
  std::shared_ptr<const std::string> written;
};

MetricsReporter::MetricsReporter(const std::string& version) : state_(std::make_unique<State>()) {
  prometheus::BuildGauge()
      .Name("aiautoscaler_build_info")
      .Help("1, labelled with the version that runs.")
      .Register(state_->registry)
      .Add({{"version", version}})
      .Set(1);
  // These counters start at 0: rate() misses the first failure of a counter that starts at 1.
  for (const char* step : {"act", "report"}) {
    for (const auto kind :
         {ErrorKind::Unavailable, ErrorKind::Timeout, ErrorKind::Throttled, ErrorKind::Unauthorized}) {
      state_->errors.Add({{"step", step}, {"kind", to_string(kind)}});
    }
  }
}

MetricsReporter::~MetricsReporter() = default;

void MetricsReporter::set_leadership(bool leading, int transitions) {
  state_->leader.Set(leading ? 1 : 0);
  state_->transitions.Set(transitions);
  ++state_->changes;
}

void MetricsReporter::set_watches(const std::vector<ports::WatchAge>& ages) {
  for (const auto& one : ages) state_->watch_age.Add({{"resource", one.resource}}).Set(seconds(one.age));
  ++state_->changes;
}

void MetricsReporter::report(const ports::CycleReport& cycle) {
  state_->objects.update(cycle);
  state_->pools.update(cycle);
  if (cycle.synced) state_->count(cycle);
  ++state_->changes;
}

std::shared_ptr<const std::string> MetricsReporter::text() const {
  const std::scoped_lock lock(state_->writing);
  const auto changes = state_->changes.load();
  if (state_->written && state_->written_after == changes) return state_->written;
  auto families = state_->registry.Collect();
  for (auto& family : state_->objects.Collect()) families.push_back(std::move(family));
  for (auto& family : state_->pools.Collect()) families.push_back(std::move(family));
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  state_->written = std::make_shared<const std::string>(out.str());
  state_->written_after = changes;
  return state_->written;
}

}  // namespace aia::serve
