// The parts of the transport's types that need code: looking up a header.
// Source: RFC 9110, 5.1 (field names are case-insensitive; the transport hands them over in lower case).
#include "controller/http/transport.h"

#include <algorithm>

namespace aia::http {

std::optional<std::string> Response::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == name; });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

}  // namespace aia::http
