// The parts of the transport's types with code: looking up a header, and a batch whose answers are kept. Header names
// are compared as they are, because the transport hands them over in lower case. Source: RFC 9110, 5.1 (field names are
// case-insensitive).
#include "controller/http/transport.h"

#include <algorithm>

namespace aia::http {

std::optional<std::string> Response::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == name; });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

std::vector<Result<Response>> Transport::send_all(const std::vector<Request>& requests, Millis deadline) {
  std::vector<Result<Response>> answers(requests.size(), Error{ErrorKind::Internal, "no answer was handed over", {}});
  send_each(requests, deadline, [&](std::size_t i, Result<Response> answer) { answers[i] = std::move(answer); });
  return answers;
}

}  // namespace aia::http
