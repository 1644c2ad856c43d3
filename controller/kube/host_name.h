// The host's name, in a pod the pod's: who wrote an Event, who holds the lease.
#pragma once

#include <unistd.h>

#include <string>

namespace aia::kube {

/// "unknown" where the system does not say.
inline std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "unknown";
}

}  // namespace aia::kube
