// Which source the environment names, what it is asked, and what its answers mean.
#include "controller/prometheus/aws_credentials.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

using namespace aia;
using namespace aia::prometheus;
using Kind = AwsCredentialsSource::Kind;

namespace {

using Variables = std::map<std::string, std::string>;

Result<AwsCredentialsSource> find_in(const Variables& variables) {
  return find_aws_credentials(
      [&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
      },
      "eu-central-1");
}

/// The variables that EKS gives a pod for IRSA, and more.
Variables irsa(const Variables& more) {
  Variables all{{"AWS_ROLE_ARN", "arn:aws:iam::1:role/r"}, {"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}};
  all.insert(more.begin(), more.end());
  return all;
}

struct SecretFile {
  std::string path = (std::filesystem::temp_directory_path() / ("aia-aws-token-" + std::to_string(getpid()))).string();
  explicit SecretFile(const std::string& text) { std::ofstream(path, std::ios::binary) << text; }
  ~SecretFile() { std::filesystem::remove(path); }
};

AwsCredentialsSource web_identity_with(const std::string& token_file) {
  AwsCredentialsSource source;
  source.kind = Kind::WebIdentity;
  source.token_file = token_file;
  source.role_arn = "arn:aws:iam::1:role/r";
  source.session_name = "aiautoscaler";
  return source;
}

AwsCredentialsSource container_source() {
  AwsCredentialsSource source;
  source.kind = Kind::Container;
  return source;
}

std::string sts_answer(const std::string& expiration) {
  return R"({"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Credentials":{)"
         R"("AccessKeyId":"ASIA1","SecretAccessKey":"hush","SessionToken":"session","Expiration":)" +
         expiration + R"(},"Audience":"sts.amazonaws.com"},"ResponseMetadata":{"RequestId":"1"}}})";
}

}  // namespace

TEST_CASE("the first source that the environment names is taken, as AWS's SDKs do") {
  Variables all{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"}};
  auto source = find_in(all);
  REQUIRE(source.ok());
  CHECK(source->kind == Kind::Container);
  CHECK(source->url == "http://169.254.170.23");
  CHECK(source->target == "/v1/credentials");

  all["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/1?a=b";
  source = find_in(all);
  CHECK(source->url == "http://169.254.170.2");
  CHECK(source->target == "/v2/credentials/1?a=b");

  all["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
  CHECK(find_in(all)->kind == Kind::Container);  // a role without a token is for profiles
  all["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/var/run/token";
  source = find_in(all);
  CHECK(source->kind == Kind::WebIdentity);
  CHECK(source->url == "https://sts.eu-central-1.amazonaws.com");
  CHECK(source->session_name == "aiautoscaler");

  all["AWS_ACCESS_KEY_ID"] = "AKIA1";
  all["AWS_SECRET_ACCESS_KEY"] = "hush";
  all["AWS_SESSION_TOKEN"] = "session";
  source = find_in(all);
  CHECK(source->kind == Kind::Fixed);
  CHECK(source->fixed.access_key_id == "AKIA1");
  CHECK(source->fixed.secret_access_key == "hush");
  CHECK(source->fixed.session_token == "session");
  CHECK_FALSE(source->fixed.expires);
}

TEST_CASE("STS is asked in the region of the cluster, unless the environment says otherwise") {
  struct Row {
    Variables variables;
    const char* url;
  };
  const auto row = GENERATE(values<Row>({
      {{{"AWS_REGION", "eu-west-1"}, {"AWS_DEFAULT_REGION", "eu-west-2"}}, "https://sts.eu-west-1.amazonaws.com"},
      {{{"AWS_DEFAULT_REGION", "eu-west-2"}}, "https://sts.eu-west-2.amazonaws.com"},
      {{{"AWS_REGION", "cn-north-1"}}, "https://sts.cn-north-1.amazonaws.com.cn"},
      {{{"AWS_STS_REGIONAL_ENDPOINTS", "regional"}}, "https://sts.eu-central-1.amazonaws.com"},
      {{{"AWS_STS_REGIONAL_ENDPOINTS", "legacy"}}, "https://sts.amazonaws.com"},
      {{{"AWS_STS_REGIONAL_ENDPOINTS", "legacy"}, {"AWS_REGION", "eu-south-1"}},
       "https://sts.eu-south-1.amazonaws.com"},
      {{{"AWS_ENDPOINT_URL_STS", "http://localhost:4566"}, {"AWS_REGION", "x"}}, "http://localhost:4566"},
  }));
  const auto source = find_in(irsa(row.variables));
  REQUIRE(source.ok());
  CHECK(source->url == row.url);
}

TEST_CASE("an environment that cannot do names the variable") {
  struct Row {
    Variables variables;
    const char* says;
  };
  const auto full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  const auto row = GENERATE_COPY(values<Row>({
      {{}, "there are no AWS credentials"},
      {{{"AWS_ROLE_ARN", "r"}}, "there are no AWS credentials"},
      {{{"AWS_ACCESS_KEY_ID", "a"}}, "AWS_SECRET_ACCESS_KEY"},
      {{{"AWS_SECRET_ACCESS_KEY", "a"}}, "AWS_ACCESS_KEY_ID"},
      {{{"AWS_ACCESS_KEY_ID", "a\nb"}, {"AWS_SECRET_ACCESS_KEY", "a"}}, "AWS_ACCESS_KEY_ID"},
      {{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}}, "AWS_ROLE_ARN is not"},
      {irsa({{"AWS_STS_REGIONAL_ENDPOINTS", "global"}}), "AWS_STS_REGIONAL_ENDPOINTS: must be regional or legacy"},
      {irsa({{"AWS_REGION", "evil.example/"}}), "AWS_REGION: 'evil.example/'"},
      {irsa({{"AWS_ENDPOINT_URL_STS", "sts.example"}}), "AWS_ENDPOINT_URL_STS: "},
      {{{full, "http://10.0.0.1/v1"}}, "'10.0.0.1' must be asked by https"},
      {{{full, "http://169.254.169.254/v1"}}, "'169.254.169.254' must be asked by https"},
      {{{full, "http://169.254.170.2.evil.example/v1"}}, "must be asked by https"},
      {{{full, "http://169.254.170.23@evil.example/v1"}}, "user information"},
      {{{full, "http://evil.example#@169.254.170.23/v1"}}, "AWS_CONTAINER_CREDENTIALS_FULL_URI: its path"},
      {{{full, "http://localhost?a"}}, "AWS_CONTAINER_CREDENTIALS_FULL_URI: its path"},
      {{{full, "http://localhost/a b"}}, "AWS_CONTAINER_CREDENTIALS_FULL_URI: its path"},
      {{{full, "169.254.170.23/v1"}}, "AWS_CONTAINER_CREDENTIALS_FULL_URI: "},
      {{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ".evil.example/"}}, "must begin with '/'"},
      {{{full, "http://localhost/"}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush\r\nX: y"}},
       "AWS_CONTAINER_AUTHORIZATION_TOKEN"},
  }));
  const auto refused = find_in(row.variables);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::Invalid);
  CHECK_THAT(refused.error().message, Catch::Contains(row.says) && !Catch::Contains("hush"));
}

TEST_CASE("a container's endpoint is this machine, an agent beside it, or anything by https") {
  const auto url = GENERATE("http://localhost:8080", "http://127.0.0.2", "http://[::1]:9", "http://169.254.170.2",
                            "http://169.254.170.23", "http://[fd00:ec2::23]", "https://broker.example");
  const auto source = find_in({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", std::string(url) + "/v1"}});
  REQUIRE(source.ok());
  CHECK(source->url == url);
}

TEST_CASE("STS is asked by a form, so that no token stands in a URL") {
  const SecretFile file("to.ken+/=\n");
  const auto request = build_credentials_request(web_identity_with(file.path));
  REQUIRE(request.ok());
  CHECK(request->method == "POST");
  CHECK(request->target == "/");
  CHECK(request->body ==
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
        "RoleSessionName=aiautoscaler&WebIdentityToken=to.ken%2B%2F%3D");
  CHECK(request->headers ==
        http::Headers{{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}});
}

TEST_CASE("a container's endpoint is shown the token, the file's before the variable's") {
  auto source = container_source();
  source.target = "/v1/credentials";
  CHECK(build_credentials_request(source)->headers == http::Headers{{"Accept", "application/json"}});
  source.token = "Basic YWJj";
  CHECK(build_credentials_request(source)->headers.back().second == "Basic YWJj");
  const SecretFile file("from the file");
  source.token_file = file.path;
  const auto request = build_credentials_request(source);
  CHECK(request->headers.back() == std::pair<std::string, std::string>("Authorization", "from the file"));
  CHECK(request->method == "GET");
  CHECK(request->target == "/v1/credentials");
}

TEST_CASE("a token file that is absent, empty, too large or no token is named, and its text is not shown") {
  CHECK_THAT(build_credentials_request(web_identity_with("/no/such")).error().message,
             Catch::Contains("'/no/such' cannot be read"));
  struct Row {
    std::string text;
    const char* says;
  };
  const auto row = GENERATE(Row{"", "empty"}, Row{" \n", "empty"}, Row{"hush\nX: y", "character"},
                            Row{std::string("hush") + std::string(1 << 16, 'x'), "more than 64 KiB"});
  const SecretFile file(row.text);
  const auto refused = build_credentials_request(web_identity_with(file.path));
  REQUIRE_FALSE(refused.ok());
  CHECK_THAT(refused.error().message,
             Catch::Contains(row.says) && Catch::Contains(file.path) && !Catch::Contains("hush"));
}

TEST_CASE("credentials are read from an answer of STS, whichever way its expiry is written") {
  const auto row = GENERATE(values<std::pair<const char*, std::int64_t>>({
      {"1.7950000075E9", 1'795'000'007'500},
      {"1795000007", 1'795'000'007'000},
      {"\"2026-11-18T12:53:27Z\"", 1'795'006'407'000},
  }));
  const auto credentials = parse_credentials(web_identity_with("/t"), {200, {}, sts_answer(row.first)});
  REQUIRE(credentials.ok());
  CHECK(credentials->access_key_id == "ASIA1");
  CHECK(credentials->secret_access_key == "hush");
  CHECK(credentials->session_token == "session");
  CHECK(credentials->expires == WallTime(Millis(row.second)));
}

TEST_CASE("credentials are read from an answer of a container's endpoint, with or without an expiry") {
  const std::string start = R"({"AccessKeyId":"ASIA1","SecretAccessKey":"hush","Token":"session","AccountId":"1")";
  const auto source = container_source();
  const auto expiring = parse_credentials(source, {200, {}, start + R"(,"Expiration":"2026-11-21T08:30:00Z"})"});
  REQUIRE(expiring.ok());
  CHECK(expiring->session_token == "session");
  CHECK(expiring->expires == *parse_rfc3339("2026-11-21T08:30:00Z"));
  CHECK_FALSE(parse_credentials(source, {200, {}, start + "}"})->expires);
  CHECK_FALSE(parse_credentials(source, {200, {}, start + R"(,"Expiration":null})"})->expires);
  CHECK_FALSE(parse_credentials(source, {200, {}, start + R"(,"Expiration":"soon"})"}).ok());
}

TEST_CASE("an answer that has no credentials says why, and shows none") {
  struct Row {
    int status;
    std::string body, says;
  };
  const auto row = GENERATE(values<Row>({
      {400, R"({"Error":{"Code":"InvalidIdentityToken","Message":"No OpenIDConnect provider"},"RequestId":"1"})",
       "HTTP 400: 'InvalidIdentityToken: No OpenIDConnect provider'"},
      {403, R"({"Error":{"Code":"AccessDenied","Message":"Not authorized"}})", "'AccessDenied: Not authorized'"},
      {500, R"({"code":"Broken","message":"try later"})", "HTTP 500: 'Broken: try later'"},
      {503, "<html>", "HTTP 503: '<html>'"},
      {500, "", "HTTP 500: an empty body"},
      {500, R"({"Error":"text"})", "HTTP 500: '{"},
      {200, "<xml>hush</xml>", "no JSON with AccessKeyId"},
      {200, "", "no JSON with AccessKeyId"},
      {200, "[]", "no JSON with AccessKeyId"},
      {200, R"({"AssumeRoleWithWebIdentityResponse":[]})", "no JSON with AccessKeyId"},
      {200, R"({"AccessKeyId":"a","SecretAccessKey":"hush","Token":"t"})", "no JSON with AccessKeyId"},
      {200, sts_answer("null"), "no Expiration"},
      {200, sts_answer("-1"), "no Expiration"},
      {200, sts_answer("1e300"), "no Expiration"},
      {200, sts_answer("\"soon\""), "no Expiration"},
  }));
  const auto refused = parse_credentials(web_identity_with("/t"), {row.status, {}, row.body});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::Unavailable);
  CHECK_THAT(refused.error().message, Catch::Contains(row.says) && !Catch::Contains("hush"));
}
