// Which namespaces a pool admits, and how messages name the object that has the scale.
#include "controller/api/accelerator_pool.h"

#include <algorithm>

namespace aia::api {

std::string ScaleRef::to_string() const {
  return api_version + " " + kind + " " + (ns.empty() ? "" : ns + "/") + name;
}

bool AcceleratorPoolSpec::allows(const std::string& ns) const {
  return std::any_of(namespaces.begin(), namespaces.end(),
                     [&](const std::string& allowed) { return allowed == "*" || allowed == ns; });
}

}  // namespace aia::api
