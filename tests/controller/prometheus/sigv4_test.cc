// Signatures against published ones: AWS's own test suite and botocore's.
#include "controller/prometheus/sigv4.h"

#include <catch2/catch.hpp>

using namespace aia;
using aia::prometheus::AwsCredentials;

namespace {

// Of AWS's documentation; nobody's.
const AwsCredentials kExample{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", std::nullopt};

struct SigningRow {
  const char *name, *method, *target, *content_type, *body;
  const char* given;  ///< the session's token, or the host
  const char* signature;
};

http::Request request_of(const SigningRow& row) {
  http::Request request{row.method, row.target, {{"Accept", "application/json"}}, row.body};
  if (*row.content_type != '\0') request.headers.emplace_back("Content-Type", row.content_type);
  return request;
}

AwsCredentials credentials_of(const SigningRow& row) {
  AwsCredentials credentials = kExample;
  credentials.session_token = row.given;
  return credentials;
}

std::string signature_of(const http::Headers& headers) {
  const auto& [name, value] = headers.back();
  CHECK(name == "Authorization");
  return value.substr(value.find("Signature=") + 10);
}

WallTime at(const char* time) {
  return *parse_rfc3339(time);
}

}  // namespace

// The aws4 test suite, Apache-2.0, as botocore 1.44.8 ships it (tests/unit/auth/aws4_testsuite). Left out are requests
// with headers that we do not sign. Its paths are written as they are meant, ours as they are sent: what is encoded
// once there is encoded twice in a request of ours.
TEST_CASE("requests of the aws4 test suite get the signatures of the aws4 test suite") {
  const auto* const token =
      "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUu"
      "wthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQc"
      "HNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/"
      "oLxBA==";
  const auto* const form = "application/x-www-form-urlencoded";
  const auto row = GENERATE_COPY(values<SigningRow>({
      {"get-vanilla", "GET", "/", "", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-unreserved", "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", "", "",
       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
      {"get-utf8", "GET", "/ሴ", "", "", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-vanilla-empty-query-key", "GET", "/?Param1=value1", "", "", "",
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
      {"get-vanilla-query-order-encoded", "GET", "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1", "", "", "",
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
      {"get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", "", "", "",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-order-key", "GET", "/?Param1=value2&Param1=Value1", "", "", "",
       "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"},
      {"get-vanilla-query-order-value", "GET", "/?Param1=value2&Param1=value1", "", "", "",
       "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
      {"get-vanilla-query-unreserved", "GET",
       "/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz="
       "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
       "", "", "", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
      {"get-vanilla-utf8-query", "GET", "/?ሴ=bar", "", "", "",
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
      {"get-relative-relative", "GET", "/example1/example2/../..", "", "", "",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-slash-dot-slash", "GET", "/./", "", "", "",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-slash-pointless-dot", "GET", "/./example", "", "", "",
       "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
      {"get-slash", "GET", "//", "", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-slashes", "GET", "//example//", "", "", "",
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
      {"get-space", "GET", "/example space/", "", "", "",
       "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
      {"get-special-character", "GET", "/example/$delete", "", "", "",
       "a853c9b21b528b19643d00910d35b83a10c366a10833ceefb45edd6c80e40f27"},
      {"post-vanilla", "POST", "/", "", "", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"post-sts-header-before", "POST", "/", "", "", token,
       "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
      {"post-vanilla-query", "POST", "/?Param1=value1", "", "", "",
       "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
      {"post-x-www-form-urlencoded-parameters", "POST", "/", "application/x-www-form-urlencoded; charset=utf8",
       "Param1=value1", "", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
      {"post-x-www-form-urlencoded", "POST", "/", form, "Param1=value1", "",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
  }));
  INFO(row.name);
  const auto headers = prometheus::sign(request_of(row), "example.amazonaws.com", credentials_of(row),
                                        {"us-east-1", "service"}, at("2015-08-30T12:36:00Z"));
  CHECK(signature_of(headers) == row.signature);
}

// Made by botocore 1.44.8: SigV4Auth(credentials, "aps", "eu-central-1").add_auth(AWSRequest(method, url, headers,
// data)) with its clock at 08:30:07.
TEST_CASE("queries get the signatures that botocore makes for them") {
  const auto* const form = "application/x-www-form-urlencoded";
  const auto row = GENERATE_COPY(values<SigningRow>({
      {"what is encoded", "GET",
       "/workspaces/ws-0a1b2c3d-4e5f/api/v1/query?query=sum%20by%20%28pod%29%20%28rate%28http_requests_total%7Bcode%3D~"
       "%222..%22%2Cpath%3D%22%2Fv1%2F%C3%BC%20%2B%25%22%7D%5B5m%5D%29%29&time=1795000000.000&timeout=5.000&limit=10001"
       "&nocache=1&latency_offset=1ms",
       "", "", "aps-workspaces.eu-central-1.amazonaws.com",
       "fe1cdb00ed79cd6eb1f7887ce667f699e57fb975f4ea521925378063a38f0770"},
      {"a range", "GET",
       "/workspaces/ws-0a1b2c3d-4e5f/api/v1/query_range?query=up&start=1795000000.000&end=1795003600.000&step=60.000",
       "", "", "aps-workspaces.eu-central-1.amazonaws.com",
       "d6fa4b8c391913347598bf6262112955416d83f6f19b6bee6b6d7fe511d36664"},
      {"a body", "POST", "/workspaces/ws-0a1b2c3d-4e5f/api/v1/query", form,
       "query=sum%20by%20%28pod%29%20%28rate%28http_requests_total%7Bcode%3D~%222..%22%2Cpath%3D%22%2Fv1%2F%C3%BC%20"
       "%2B%25%22%7D%5B5m%5D%29%29&time=1795000000.000",
       "aps-workspaces.eu-central-1.amazonaws.com", "8b646a5f203ffdaa34f792c50a725954af274b22918bdcad2b38721309b7e181"},
      {"an empty body", "POST", "/workspaces/ws-0a1b2c3d-4e5f/api/v1/query_range", form, "",
       "aps-workspaces.eu-central-1.amazonaws.com", "72fce0b5c77d179a45511d36d028410280c2aedf4dd2a0a966f40dd19b967d12"},
      {"a path encoded twice, and an order of names that is not that of the text", "GET",
       "/a%20b/%2Fc/query?a=&b&a=1&A=2&a-b=3", "", "", "aps-workspaces.eu-central-1.amazonaws.com",
       "014e267d230d858b117263f8ab945371ff42964e0c19fff63f1232848009ce6d"},
      {"another port", "GET", "/workspaces/ws-0a1b2c3d-4e5f/api/v1/query?query=1", "", "", "127.0.0.1:8443",
       "d3b3518b97f8677a35391bcb644bafc0640852bcbf605cb4b8ba51d26cfc8775"},
  }));
  INFO(row.name);
  AwsCredentials credentials = kExample;
  credentials.session_token = "session/token+with=signs==";
  const auto headers = prometheus::sign(request_of(row), row.given, credentials, {"eu-central-1", "aps"},
                                        at("2026-11-21T08:30:07.999Z"));
  CHECK(signature_of(headers) == row.signature);
  const std::string names = *row.content_type == '\0' ? "host;x-amz-date;x-amz-security-token"
                                                      : "content-type;host;x-amz-date;x-amz-security-token";
  CHECK(headers == http::Headers{{"X-Amz-Date", "20261121T083007Z"},
                                 {"X-Amz-Security-Token", credentials.session_token},
                                 {"Authorization",
                                  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-central-1/aps/aws4_request, "
                                  "SignedHeaders=" +
                                      names + ", Signature=" + row.signature}});
}
