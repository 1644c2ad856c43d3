// Orders AIAutoscalers by age. Age decides which of two owners wins, so equal ages are ordered by name.
#include "controller/api/autoscaler.h"

#include <tuple>

namespace aia::api {

bool is_older(const Autoscaler& a, const Autoscaler& b) {
  return std::tie(a.meta.created, a.meta.name) < std::tie(b.meta.created, b.meta.name);
}

}  // namespace aia::api
