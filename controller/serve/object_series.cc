// Gauges and counters per object; see object_series.h. The help texts are the documentation of each metric.
#include "controller/serve/object_series.h"

#include <fmt/format.h>

#include <set>

namespace aia::serve {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;

/// One metric family under construction.
struct Family {
  Family(const char* name, const char* help, prometheus::MetricType type = prometheus::MetricType::Gauge) {
    family.name = std::string("aiautoscaler_") + name;
    family.help = help;
    family.type = type;
  }
  void add(Labels labels, double value) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;  // the family's type says which of the two counts
    metric.counter.value = value;
    family.metric.push_back(std::move(metric));
  }
  template <class Number>
  void add_if(const Labels& labels, const std::optional<Number>& value) {
    if (value) add(labels, static_cast<double>(*value));
  }
  prometheus::MetricFamily family;
};

Labels labels_of(const api::ObjectKey& key) {
  return {{"namespace", key.ns}, {"autoscaler", key.name}};
}

Labels with(Labels labels, const char* name, std::string value) {
  labels.push_back({name, std::move(value)});
  return labels;
}

std::string level(double quantile) {
  return fmt::format("{:.6g}", quantile);
}

struct DemandFamilies {
  Family demand{"demand", "Demand now, as its query answers. Absent: missing, which is not zero."};
  Family queue{"queue", "Requests waiting now, as the backlog query answers."};
  Family forecast{
      "forecast",
      "Demand expected when a replica started now is ready, by quantile: the median and the planning quantile."};
  Family forecast_then{
      "forecast_then",
      "What the forecast said a lead time ago about now, by quantile: to hold against aiautoscaler_demand."};
  Family queue_expected{"queue_expected",
                        "Requests expected to wait when a replica started now is ready, if nothing is changed."};
  Family queue_expected_then{
      "queue_expected_then",
      "The queue that was expected a lead time ago for now: to hold against aiautoscaler_queue."};
  Family lead{"lead_seconds",
              "How far ahead the forecast looks: pod creation to Ready (P90) plus the age of the data."};
  Family skill{"skill",
               "1 - pinball loss / that of the last value, at the lead time and the planning quantile. Above 0: "
               "forecasting beats waiting."};

  void add(const Labels& labels, const ports::DemandReport& report, double quantile) {
    const auto median = with(labels, "quantile", "0.5"), upper = with(labels, "quantile", level(quantile));
    demand.add_if(labels, report.now);
    queue.add_if(labels, report.queue);
    forecast.add_if(median, report.ahead);
    forecast.add_if(upper, report.upper);
    queue_expected.add_if(labels, report.queue_at_lead);
    lead.add(labels, std::chrono::duration<double>(report.lead).count());
    skill.add_if(labels, report.skill);
    if (!report.then) return;
    forecast_then.add_if(median, report.then->ahead);
    forecast_then.add_if(upper, report.then->upper);
    queue_expected_then.add_if(labels, report.then->queue);
  }
};

}  // namespace

void ObjectSeries::update(const ports::CycleReport& cycle) {
  if (!cycle.synced) return;  // nothing was looked at: the last figures stand
  const std::lock_guard lock(mutex_);
  objects_ = cycle.objects;
  std::set<api::ObjectKey> there;
  for (const auto& object : objects_) {
    there.insert(object.key);
    if (object.current) decisions_[{object.key, object.action}] += 1;
  }
  std::erase_if(decisions_, [&](const auto& entry) { return !there.contains(entry.first.first); });
}

std::vector<prometheus::MetricFamily> ObjectSeries::Collect() const {
  const std::lock_guard lock(mutex_);
  Family desired{"desired_replicas", "Replicas that should exist, whether or not the mode lets us write them."};
  Family current{"current_replicas", "spec.replicas of the target."};
  Family ready{"ready_replicas", "Pods of the target that are Ready."};
  Family decisions{"decisions_total", "Decisions taken, one per cycle, by action: ScaleOut, ScaleIn, Hold.",
                   prometheus::MetricType::Counter};
  DemandFamilies demand;
  for (const auto& object : objects_) {
    const auto labels = labels_of(object.key);
    desired.add_if(labels, object.desired);
    current.add_if(labels, object.current);
    ready.add_if(labels, object.ready);
    for (const auto& report : object.demand) demand.add(with(labels, "demand", report.name), report, object.quantile);
  }
  for (const auto& [key, count] : decisions_) decisions.add(with(labels_of(key.first), "action", key.second), count);
  std::vector<prometheus::MetricFamily> families;
  for (auto* family :
       {&desired, &current, &ready, &decisions, &demand.demand, &demand.queue, &demand.forecast, &demand.forecast_then,
        &demand.queue_expected, &demand.queue_expected_then, &demand.lead, &demand.skill}) {
    if (!family->family.metric.empty()) families.push_back(std::move(family->family));
  }
  return families;
}

}  // namespace aia::serve
