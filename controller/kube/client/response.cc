// The Status in the body decides the kind of error, because a watch that fails later has already answered with HTTP
// status 200. Without a Status the HTTP status decides. A Retry-After header wins over retryAfterSeconds. See
// response.h.
#include "controller/kube/client/response.h"

#include <algorithm>
#include <charconv>

#include "controller/http/retry.h"

namespace aia::kube {
namespace {

constexpr std::size_t kShownText = 200;

ErrorKind kind_of(int code, const std::string& reason) {
  if (reason == "Expired" || reason == "Gone" || code == 410) return ErrorKind::Gone;
  switch (code) {
    case 401: return ErrorKind::Unauthorized;
    case 403: return ErrorKind::Forbidden;
    case 404: return ErrorKind::NotFound;
    case 408: return ErrorKind::Timeout;
    case 409: return ErrorKind::Conflict;
    case 429: return ErrorKind::Throttled;
    case 504: return ErrorKind::Timeout;
    default: return code >= 400 && code < 500 ? ErrorKind::Invalid : ErrorKind::Unavailable;
  }
}

std::optional<Millis> seconds(std::string_view text) {
  constexpr int kLongest = 3600;
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return std::chrono::seconds(std::min(value, kLongest));
}

bool is_status(const std::optional<Json>& json) {
  return json && text_at(*json, {"kind"}) == "Status";
}

}  // namespace

std::string shown(const std::string& text) {
  std::string out = text.substr(0, kShownText);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return out;
}

Error error_of_status(const Json& status, int http_status) {
  const std::int64_t named = int_at(status, {"code"});
  const int code = named >= 100 && named <= 599 ? static_cast<int>(named) : http_status;
  const std::string reason = text_at(status, {"reason"});
  std::string message = text_at(status, {"message"});
  if (message.empty()) message = reason.empty() ? "the API server gave no reason" : reason;
  Error error{kind_of(code, reason), message + " (HTTP " + std::to_string(code) + ")", {}};
  const std::int64_t wait_s = int_at(status, {"details", "retryAfterSeconds"});
  if (wait_s > 0) error.retry_after = seconds(std::to_string(wait_s));
  error.answered = true;
  return error;
}

Error error_of(const http::Response& response) {
  const std::optional<Json> body = parse_json(response.body);
  Error error;
  if (is_status(body)) {
    error = error_of_status(*body, response.status);
  } else {
    const std::string text = response.body.empty() ? "no body" : shown(response.body);
    error = {kind_of(response.status, ""), text + " (HTTP " + std::to_string(response.status) + ")", {}, true};
  }
  if (const auto wait = http::retry_after(response)) error.retry_after = wait;
  return error;
}

Result<Json> document(Result<http::Response> response) {
  if (!response) return response.error();
  if (response->status < 200 || response->status > 299) return error_of(*response);
  std::optional<Json> body = parse_json(response->body);
  if (!body) return Error{ErrorKind::Unavailable, "the API server's answer is not JSON: " + shown(response->body), {}};
  return std::move(*body);
}

bool names_object(const http::Response& not_found, const std::string& name) {
  const std::optional<Json> body = parse_json(not_found.body);
  return is_status(body) && text_at(*body, {"details", "name"}) == name;
}

}  // namespace aia::kube
