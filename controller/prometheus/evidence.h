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

/// What one selector's answer says: each source once, with its newest sample; values that are no time are left out.
struct Behind {
  std::vector<ports::Evidence::Pod> sources;
  bool warned = false;  ///< the answer came with warnings
};
Behind behind(const ports::QueryAnswer& answer);

/// `found` has what lies behind each selector, in order. Selectors that ask the same are one.
ports::Evidence reduce(const Selectors& selectors, const std::vector<const Behind*>& found);

}  // namespace aia::prometheus
