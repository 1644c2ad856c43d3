// The PromQL of a total and its parts. Both are made of the user's expression as a whole, whatever it is, so that there
// is nothing to understand in it: its series are filtered by their label afterwards (`and on`, a set operator:
// https://prometheus.io/docs/prometheus/latest/querying/operators/), and asked together, so that total and parts are of
// the same moment.
#pragma once

#include <string>

#include "controller/ports/metrics_source.h"

namespace aia::prometheus {

/// Precondition: by.label is a label name.
std::string by_label(const std::string& promql, const ports::ByLabel& by);

}  // namespace aia::prometheus
