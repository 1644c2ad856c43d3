// Reads small files whole, such as tokens, certificates and kubeconfigs, and checks tokens before they go into a
// header.
#pragma once

#include <string>

#include "base/result.h"

namespace aia::kube {

/// Errors: NotFound when the file does not exist; Invalid, with the reason, when reading fails or the file exceeds 16
/// MiB.
Result<std::string> read_file(const std::string& path);

/// Removes white space at both ends.
std::string trim(const std::string& text);

/// Whether `text` can stand in an Authorization header: visible ASCII only. A line break would begin another header.
bool is_token(const std::string& text);

}  // namespace aia::kube
