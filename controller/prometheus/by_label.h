// Builds PromQL that returns the total of an expression together with its parts by one label. The user's expression is
// embedded whole and never parsed: the query filters its series by label afterwards (`and on`, a set operator:
// https://prometheus.io/docs/prometheus/latest/querying/operators/). Total and parts come from one query, so both are
// of the same moment.
#pragma once

#include <string>

#include "controller/ports/metrics_source.h"

namespace aia::prometheus {

/// The query for `promql` and the parts in `by`. Precondition: by.label is a label name.
std::string by_label(const std::string& promql, const ports::ByLabel& by);

}  // namespace aia::prometheus
