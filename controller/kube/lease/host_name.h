// The host's name, which is the pod's name in a pod. Events and the Lease name this process by the host's name.
#pragma once

#include <unistd.h>

#include <string>

namespace aia::kube {

/// The name, or "unknown" where the system has no name.
inline std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "unknown";
}

}  // namespace aia::kube
