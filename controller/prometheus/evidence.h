// What to ask about the series behind a value, and how the answers become ports::Evidence (docs/decisions/0004). No
// I/O.
#pragma once

#include <string>
#include <vector>

#include "controller/ports/metrics_source.h"
#include "controller/prometheus/selectors.h"

namespace aia::prometheus {

/// Newest sample of each pod's series that `selector` matches where it reads: an hour-old value is an hour old.
std::string evidence_query(const Selector& selector);

/// `answers` has one answer per selector, in order. Values that are no time are left out. Selectors that ask the same
/// are one.
ports::Evidence reduce(const Selectors& selectors, const std::vector<ports::QueryAnswer>& answers);

}  // namespace aia::prometheus
