// Limits what a tenant's PromQL may read. Queries run with the controller's credentials, so a user who may create an
// AIAutoscaler can read all series that those credentials can read. The admin can restrict queries to the object's own
// namespace, or forbid raw PromQL. Restricting parses the expression instead of pasting text: every selector gets the
// matcher, and an expression that is not fully understood is refused. Background: docs/tenancy.md, docs/decisions/0009.
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
  std::string label = "namespace";  ///< the label to which the server's own configuration writes a series' namespace
};

/// Checks the label. Errors: Invalid, when the label cannot tell namespaces apart.
Status check(const Tenancy& tenancy);

/// `promql` in the form allowed to namespace `ns`. Errors: Invalid; the message says why (the admin forbids raw PromQL,
/// or where the expression is not understood) and how to fix the query.
Result<std::string> admit(const std::string& promql, const std::string& ns, const Tenancy& tenancy);

/// `promql` with label="value" added to every selector. Comments are dropped, and all strings are written in double
/// quotes, because engines read other quotes differently. Errors: Invalid, with the position that is not understood.
Result<std::string> restrict_to(std::string_view promql, std::string_view label, std::string_view value);

}  // namespace aia::prometheus
