// The step that failed decides: from Resolve to NeverSent the server cannot have acted, from Write on a mutation may
// have arrived. Of the statuses, 429 is a refusal before acting; 500, 502, 503 and 504 say nothing about a mutation.
#include "controller/http/retry.h"

#include <charconv>

namespace aia::http {

bool is_read(const Request& request) {
  return request.reads || request.method == "GET" || request.method == "HEAD";
}

bool may_retry(const Request& request, const Failure& failure) {
  switch (failure.step) {
    case Step::Resolve:
    case Step::Connect:
    case Step::Handshake:
    case Step::NeverSent: return true;
    case Step::Write:
    case Step::Read:
    case Step::Body: return is_read(request);
    case Step::Setup:
    case Step::Refused:
    case Step::Limit: return false;
  }
  return false;
}

bool may_retry(const Request& request, int status) {
  switch (status) {
    case 429: return true;
    case 500:
    case 502:
    case 503:
    case 504: return is_read(request);
    default: return false;
  }
}

std::optional<Millis> retry_after(const Response& response) {
  const auto text = response.header("retry-after");
  if (!text) return std::nullopt;
  constexpr int kLongest_s = 3600;
  int seconds = 0;
  const char* const end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, seconds);
  if (parsed.ec != std::errc{} || parsed.ptr != end || seconds < 0) return std::nullopt;
  return std::chrono::seconds(std::min(seconds, kLongest_s));
}

}  // namespace aia::http
