// Builds all families anew at each scrape, from the reports of the newest cycle; empty families are left out. The help
// texts document the metrics. docs/monitoring.md has the metrics in a table, and tests/e2e/dashboards.py compares the
// names.
#include "controller/serve/object_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "controller/serve/metric_family.h"

namespace aia::serve {
namespace {

constexpr auto kCounter = prometheus::MetricType::Counter;

Labels labels_of(const api::ObjectKey& key) {
  return {{"namespace", key.ns}, {"autoscaler", key.name}};
}

std::string level(double quantile) {
  return fmt::format("{:.6g}", quantile);
}

/// Higher is better, so min() over many demand entries finds the worst.
double rank(api::Trust trust) {
  switch (trust) {
    case api::Trust::Whole: return 3;
    case api::Trust::Partial: return 2;
    case api::Trust::Stale: return 1;
    case api::Trust::Missing: break;
  }
  return 0;
}

/// Moves all families that are not empty into `families`.
template <class Families>
void move_into(std::vector<prometheus::MetricFamily>& families, const Families& from) {
  for (auto* one : from)
    if (!one->family.metric.empty()) families.push_back(std::move(one->family));
}

struct ReplicaFamilies {
  Family desired{"desired_replicas", "Replicas that should exist, whether or not the mode lets us write them."};
  Family current{"current_replicas", "spec.replicas of the target."};
  Family ready{"ready_replicas", "Pods of the target that are Ready."};
  Family min{"min_replicas", "spec.minReplicas."};
  Family max{"max_replicas", "spec.maxReplicas: desired_replicas never exceeds it."};
  Family quantile{"planning_quantile",
                  "The quantile of demand that replicas are planned for: the share of time that "
                  "demand should stay within it."};
  Family condition{"condition", "1 for each condition of the status, as it is: its type, status and reason."};

  void add(const ports::ObjectReport& object) {
    const auto labels = labels_of(object.key);
    desired.add_if(labels, object.desired);
    current.add_if(labels, object.current);
    ready.add_if(labels, object.ready);
    min.add_if(labels, object.min);
    max.add_if(labels, object.max);
    if (object.max) quantile.add(labels, object.quantile);
    for (const auto& one : object.conditions) {
      condition.add(with(with(with(labels, "type", to_string(one.type)), "status", to_string(one.status)), "reason",
                         to_string(one.reason)),
                    1);
    }
  }

  void collect(std::vector<prometheus::MetricFamily>& families) {
    move_into(families, std::vector{&desired, &current, &ready, &min, &max, &quantile, &condition});
  }
};

struct DemandFamilies {
  Family demand{"demand", "Demand now, as its query answers. Absent: missing, which is not zero."};
  Family queue{"queue", "Requests waiting now, as the backlog query answers."};
  Family trust{"data_trust",
               "How far the demand's data is believed: 3 whole, 2 partial, 1 stale, 0 missing. Below 3 it "
               "may raise replicas, never lower them."};
  Family age{"data_age_seconds", "Age of the newest sample behind the demand plus half its rate window."};
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
  Family replicas{"needed_replicas", "Replicas that the demand needs now or when a replica started now is ready."};
  Family gpus{"needed_gpus", "GPUs of those replicas, as their pod template asks for them. Absent: it cannot be read."};
  Family lead{"lead_seconds",
              "How far ahead the forecast looks: pod creation to Ready (P90) plus the age of the data."};
  Family skill{"skill",
               "1 - pinball loss / that of the last value, at the lead time and the planning quantile. Above 0: "
               "forecasting beats waiting."};
  Family left_out{"left_out_points",
                  "Points of the demand's history that are not learned: far above all around them, and gone at once."};

  void add(const Labels& labels, const ports::DemandReport& report, double quantile) {
    const auto median = with(labels, "quantile", "0.5"), upper = with(labels, "quantile", level(quantile));
    demand.add_if(labels, report.now);
    queue.add_if(labels, report.queue);
    trust.add(labels, rank(report.trust));
    if (report.data_age) age.add(labels, seconds(*report.data_age));
    forecast.add_if(median, report.ahead);
    forecast.add_if(upper, report.upper);
    queue_expected.add_if(labels, report.queue_at_lead);
    replicas.add_if(labels, report.replicas);
    gpus.add_if(labels, report.gpus);
    lead.add(labels, seconds(report.lead));
    skill.add_if(labels, report.skill);
    left_out.add_if(labels, report.left_out);
    if (!report.then) return;
    forecast_then.add_if(median, report.then->ahead);
    forecast_then.add_if(upper, report.then->upper);
    queue_expected_then.add_if(labels, report.then->queue);
  }

  void collect(std::vector<prometheus::MetricFamily>& families) {
    move_into(families, std::vector{&demand, &queue, &trust, &age, &forecast, &forecast_then, &queue_expected,
                                    &queue_expected_then, &replicas, &gpus, &lead, &skill, &left_out});
  }
};

}  // namespace

void ObjectSeries::update(const ports::CycleReport& cycle) {
  if (!cycle.synced) return;  // no objects were observed: the last figures stay
  const std::lock_guard lock(mutex_);
  objects_ = cycle.objects;
  std::set<api::ObjectKey> there;
  std::set<DemandKey> entries;
  for (const auto& object : objects_) {
    there.insert(object.key);
    if (object.current && cycle.leading) decisions_[{object.key, object.action}] += 1;
    const bool internal = std::any_of(object.errors.begin(), object.errors.end(),
                                      [](const auto& error) { return error.kind == ErrorKind::Internal; });
    internal_errors_[object.key] += internal ? 1 : 0;  // starts at 0: rate() misses a counter's first value
    for (const auto& report : object.demand) entries.insert({object.key, report.name});
    judge(object);
  }
  std::erase_if(decisions_, [&](const auto& entry) { return !there.contains(entry.first.first); });
  std::erase_if(internal_errors_, [&](const auto& entry) { return !there.contains(entry.first); });
  std::erase_if(calibrations_, [&](const auto& entry) { return !entries.contains(entry.first); });
}

void ObjectSeries::judge(const ports::ObjectReport& object) {
  for (const auto& report : object.demand) {
    if (!report.now || report.trust != api::Trust::Whole || !report.then || !report.then->upper) continue;
    auto& calibration = calibrations_[{object.key, report.name}];
    ++calibration.judged;
    if (*report.now <= *report.then->upper) ++calibration.covered;
  }
}

std::vector<prometheus::MetricFamily> ObjectSeries::Collect() const {
  const std::lock_guard lock(mutex_);
  ReplicaFamilies replicas;
  DemandFamilies demand;
  Family decisions{"decisions_total", "Decisions taken, one per cycle, by action: ScaleOut, ScaleIn, Hold.", kCounter};
  Family judged{"forecast_judged_total", "Cycles in which whole demand stood beside what was forecast for it.",
                kCounter};
  Family covered{"forecast_covered_total", "Those of them in which demand stayed within the planning quantile.",
                 kCounter};
  Family internal{"internal_errors_total",
                  "Cycles in which the controller was wrong about the object and withheld its writes, or had set it "
                  "aside: a defect, to be reported.",
                  kCounter};
  for (const auto& [key, count] : internal_errors_) internal.add(labels_of(key), count);
  for (const auto& object : objects_) {
    replicas.add(object);
    for (const auto& report : object.demand)
      demand.add(with(labels_of(object.key), "demand", report.name), report, object.quantile);
  }
  for (const auto& [key, count] : decisions_)
    decisions.add(with(labels_of(key.first), "action", to_string(key.second)), count);
  for (const auto& [key, calibration] : calibrations_) {
    const auto labels = with(labels_of(key.first), "demand", key.second);
    judged.add(labels, static_cast<double>(calibration.judged));
    covered.add(labels, static_cast<double>(calibration.covered));
  }
  std::vector<prometheus::MetricFamily> families;
  replicas.collect(families);
  demand.collect(families);
  move_into(families, std::vector{&decisions, &judged, &covered, &internal});
  return families;
}

}  // namespace aia::serve
