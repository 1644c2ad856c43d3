// Answers of the API server and of proxies in between, as kinds that the caller acts on.
#include "controller/kube/client/response.h"

#include <catch2/catch.hpp>

using namespace aia;
using namespace aia::kube;

namespace {

std::string status(int code, const std::string& reason, const std::string& message = "why") {
  return R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":")" + message + R"(","reason":")" + reason +
         R"(","code":)" + std::to_string(code) + "}";
}

}  // namespace

TEST_CASE("a Status becomes the kind that its code and reason mean") {
  struct Row {
    int code;
    const char* reason;
    ErrorKind kind;
  };
  const Row rows[] = {
      {400, "BadRequest", ErrorKind::Invalid},
      {401, "Unauthorized", ErrorKind::Unauthorized},
      {403, "Forbidden", ErrorKind::Forbidden},
      {404, "NotFound", ErrorKind::NotFound},
      {405, "MethodNotAllowed", ErrorKind::Invalid},
      {409, "Conflict", ErrorKind::Conflict},
      {409, "AlreadyExists", ErrorKind::Conflict},
      {410, "Gone", ErrorKind::Gone},
      {410, "Expired", ErrorKind::Gone},
      {400, "Expired", ErrorKind::Gone},
      {422, "Invalid", ErrorKind::Invalid},
      {429, "TooManyRequests", ErrorKind::Throttled},
      {500, "InternalError", ErrorKind::Unavailable},
      {503, "ServiceUnavailable", ErrorKind::Unavailable},
      {504, "Timeout", ErrorKind::Timeout},
      {302, "", ErrorKind::Unavailable},
  };
  for (const Row& row : rows) {
    CAPTURE(row.code, row.reason);
    const Error error = error_of({row.code, {}, status(row.code, row.reason)});
    CHECK(error.kind == row.kind);
    CHECK(error.message == "why (HTTP " + std::to_string(row.code) + ")");
    CHECK_FALSE(error.retry_after);
  }
}

TEST_CASE("plain text, an empty body and other JSON are shown as far as they help") {
  CHECK(error_of({404, {}, "404 page not found\n"}).message == "404 page not found  (HTTP 404)");
  CHECK(error_of({502, {}, ""}).message == "no body (HTTP 502)");
  CHECK(error_of({502, {}, ""}).kind == ErrorKind::Unavailable);
  CHECK(error_of({403, {}, R"({"error":"proxy"})"}).message == R"({"error":"proxy"} (HTTP 403))");
  CHECK(error_of({502, {}, std::string(5000, 'x')}).message.size() < 250);
  CHECK(error_of({429, {}, status(429, "TooManyRequests", "")}).message == "TooManyRequests (HTTP 429)");
}

TEST_CASE("Retry-After is kept, whatever it says is bounded") {
  const auto wait = [](const std::string& value) { return error_of({429, {{"retry-after", value}}, ""}).retry_after; };
  CHECK(wait("3") == Millis(3000));
  CHECK(wait("0") == Millis(0));
  CHECK(wait("999999") == std::chrono::hours(1));
  CHECK_FALSE(wait("-1"));
  CHECK_FALSE(wait("Wed, 21 Oct 2026 07:28:00 GMT"));
  const std::string body = R"({"kind":"Status","code":429,"details":{"retryAfterSeconds":2}})";
  CHECK(error_of({429, {}, body}).retry_after == Millis(2000));
}

TEST_CASE("a document is the body of a 2xx") {
  CHECK(document(http::Response{200, {}, R"({"a":1})"})->at("a") == 1);
  CHECK(document(http::Response{201, {}, "{}"}).ok());
  CHECK(document(http::Response{200, {}, "<html>"}).error().kind == ErrorKind::Unavailable);
  CHECK(document(http::Response{409, {}, status(409, "Conflict")}).error().kind == ErrorKind::Conflict);
  CHECK(document(Error{ErrorKind::Timeout, "slow", {}}).error().kind == ErrorKind::Timeout);
}

TEST_CASE("a 404 that names the object is told from one of the path") {
  CHECK(names_object({404, {}, R"({"kind":"Status","code":404,"details":{"name":"llama","kind":"deployments"}})"},
                     "llama"));
  CHECK_FALSE(names_object({404, {}, R"({"kind":"Status","code":404,"details":{}})"}, "llama"));
  CHECK_FALSE(names_object({404, {}, "404 page not found"}, "llama"));
}
