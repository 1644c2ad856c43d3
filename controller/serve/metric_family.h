// Builds one metric family, the unit that a prometheus::Collectable returns. The help text is the metric's
// documentation, so a family cannot be built without help text.
#pragma once

#include <prometheus/metric_family.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace aia::serve {

using Labels = std::vector<prometheus::ClientMetric::Label>;

/// `labels` plus the label `name`.
inline Labels with(Labels labels, const char* name, std::string value) {
  labels.push_back({name, std::move(value)});
  return labels;
}

/// A duration in seconds, the unit of all durations in metrics.
inline double seconds(Millis duration) {
  return std::chrono::duration<double>(duration).count();
}

struct Family {
  Family(const char* name, const char* help, prometheus::MetricType type = prometheus::MetricType::Gauge) {
    family.name = std::string("aiautoscaler_") + name;
    family.help = help;
    family.type = type;
  }
  void add(Labels labels, double value) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;  // the family's type selects gauge or counter
    metric.counter.value = value;
    family.metric.push_back(std::move(metric));
  }
  template <class Number>
  void add_if(const Labels& labels, const std::optional<Number>& value) {
    if (value) add(labels, static_cast<double>(*value));
  }
  prometheus::MetricFamily family;
};

}  // namespace aia::serve
