// Builds the queries for the series behind a value, and turns the answers into ports::Evidence (docs/decisions/0004).
// Evidence tells which pods a value stems from and how old its samples are (rule 8). No I/O.
#pragma once

#include <string>
#include <vector>

#include "controller/ports/metrics_source.h"
#include "controller/prometheus/selectors.h"

namespace aia::prometheus {

/// Asks for the time of the newest sample, in Unix seconds, per namespace, pod and instance matched by `selector`. The
/// query keeps the selector's offset and @: a selector with `offset 1h` reads samples at least an hour old.
std::string evidence_query(const Selector& selector);

/// The answer for one selector: each source once, with the time of its newest sample. Values beyond 1e12 s and NaN are
/// no times and are left out.
struct Behind {
  std::vector<ports::Evidence::Pod> sources;
  bool warned = false;  ///< the answer came with warnings
};
Behind behind(const ports::QueryAnswer& answer);

/// Joins the answers. `found` has one answer for each selector, in order; selectors with the same query count once.
ports::Evidence reduce(const Selectors& selectors, const std::vector<const Behind*>& found);

}  // namespace aia::prometheus
