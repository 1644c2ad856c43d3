// Small files read whole: tokens, certificates, kubeconfigs.
#pragma once

#include <string>

#include "base/result.h"

namespace aia::kube {

/// Errors: NotFound when there is no such file; Invalid when it cannot be read or exceeds 16 MiB, with the reason.
Result<std::string> read_file(const std::string& path);

/// Without white space at either end.
std::string trim(const std::string& text);

/// Whether `text` can stand in an Authorization header: visible ASCII only. A line break would begin another header.
bool is_token(const std::string& text);

}  // namespace aia::kube
