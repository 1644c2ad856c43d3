// What a tenant's PromQL may read. Queries run with the controller's credentials, so that whoever may create an
// AIAutoscaler reads what those read, unless the admin restricts it to the object's own namespace or forbids it. A
// restriction is parsed, not pasted: every selector gets the matcher, and an expression that is not understood as a
// whole is refused. Background: docs/tenancy.md.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace aia::prometheus {

enum class RawPromql {
  Allow,                ///< as written
  RestrictToNamespace,  ///< every selector gets label="<the object's namespace>"
  Forbid,
};

struct Tenancy {
  RawPromql raw_promql = RawPromql::Allow;
  std::string label = "namespace";  ///< the label in which the server's own configuration puts a series' namespace
};

/// Errors: Invalid, when the label cannot be one that tells namespaces apart.
Status check(const Tenancy& tenancy);

/// `promql` as it may be asked for namespace `ns`. Errors: Invalid; the message says who forbids it or where it is not
/// understood, and what to do.
Result<std::string> admit(const std::string& promql, const std::string& ns, const Tenancy& tenancy);

/// `promql` with label="value" in every selector, in addition to the matchers that are there; without comments, and
/// with every string in double quotes, so that engines which read those differently read the same. Errors: Invalid with
/// the position of what is not understood.
Result<std::string> restrict_to(std::string_view promql, std::string_view label, std::string_view value);

}  // namespace aia::prometheus
