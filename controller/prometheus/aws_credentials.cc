// Asks STS for JSON instead of its default XML, which spares an XML parser. The JSON mirrors the XML of the query
// protocol, but its expiry is in seconds since the epoch. Source:
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html;
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html;
// feature-sts-regionalized-endpoints
#include "controller/prometheus/aws_credentials.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "controller/http/url.h"
#include "controller/prometheus/response.h"

namespace aia::prometheus {
namespace {

using Json = nlohmann::json;
using Kind = AwsCredentialsSource::Kind;

constexpr std::size_t kMaxTokenBytes = 64U << 10U;  ///< STS takes 20,000 characters
constexpr const char* kContainerHost = "http://169.254.170.2";
/// Link-local addresses of the ECS agent and of the EKS Pod Identity agent. Requests to them do not leave the node.
constexpr std::array kContainerHosts{"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
/// Regions where "legacy" selects the global STS server. Other regions do not accept the global server's tokens.
constexpr std::array kLegacyRegions{"ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
                                    "eu-central-1",   "eu-north-1", "eu-west-1",      "eu-west-2",      "eu-west-3",
                                    "sa-east-1",      "us-east-1",  "us-east-2",      "us-west-1",      "us-west-2"};

Error wrong(std::string message) {
  return {ErrorKind::Invalid, std::move(message)};
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c <= '~'; });
}

/// Whether `text` may be a header value. Blanks are allowed ("Basic YWJj"); a line break would begin another header.
bool is_header_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= ' ' && c <= '~'; });
}

Result<std::string> sts_url(const http::Environment& environment, const std::string& default_region) {
  const std::string given = environment("AWS_ENDPOINT_URL_STS");
  if (!given.empty()) {
    if (const auto url = http::parse_base_url(given); !url) return url.error().in("AWS_ENDPOINT_URL_STS");
    return given;
  }
  const std::string endpoints = environment("AWS_STS_REGIONAL_ENDPOINTS");
  if (!endpoints.empty() && endpoints != "regional" && endpoints != "legacy")
    return wrong("AWS_STS_REGIONAL_ENDPOINTS: must be regional or legacy, not '" + endpoints + "'");
  std::string region = environment("AWS_REGION");
  if (region.empty()) region = environment("AWS_DEFAULT_REGION");
  if (region.empty()) region = default_region;
  if (endpoints == "legacy" && std::find(kLegacyRegions.begin(), kLegacyRegions.end(), region) != kLegacyRegions.end())
    return std::string("https://sts.amazonaws.com");
  std::string url = "https://sts." + region + (region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com");
  const auto parsed = http::parse_base_url(url);
  if (!parsed || !parsed->prefix.empty()) return wrong("AWS_REGION: '" + region + "' is no region");
  return url;
}

Result<AwsCredentialsSource> web_identity(const http::Environment& environment, const std::string& region) {
  AwsCredentialsSource source;
  source.kind = Kind::WebIdentity;
  source.token_file = environment("AWS_WEB_IDENTITY_TOKEN_FILE");
  source.role_arn = environment("AWS_ROLE_ARN");
  source.session_name = environment("AWS_ROLE_SESSION_NAME");
  if (source.role_arn.empty()) return wrong("AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
  if (source.session_name.empty()) source.session_name = "aiautoscaler";
  auto url = sts_url(environment, region);
  if (!url) return url.error();
  source.url = std::move(*url);
  return source;
}

Result<AwsCredentialsSource> container(const http::Environment& environment) {
  AwsCredentialsSource source;
  source.kind = Kind::Container;
  source.token_file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  source.token = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (!is_header_value(source.token))
    return wrong("AWS_CONTAINER_AUTHORIZATION_TOKEN: it has a character that no token has");
  const std::string relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const bool is_relative = !relative.empty();
  const char* const variable =
      is_relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" : "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  if (is_relative && relative.front() != '/') return wrong(std::string(variable) + ": it must begin with '/'");
  const std::string uri = is_relative ? kContainerHost + relative : environment(variable);
  const auto scheme = uri.find("://");
  const auto path = scheme == std::string::npos ? scheme : uri.find_first_of("/?#", scheme + 3);
  source.url = uri.substr(0, path);
  if (path != std::string::npos) source.target = uri.substr(path);
  const auto url = http::parse_base_url(source.url);
  if (!url) return url.error().in(variable);
  if (source.target.front() != '/' || !is_visible(source.target) || source.target.find('#') != std::string::npos)
    return wrong(std::string(variable) + ": its path has a character that must be percent-encoded");
  const bool is_near = http::is_this_machine(url->host) ||
                       std::find(kContainerHosts.begin(), kContainerHosts.end(), url->host) != kContainerHosts.end();
  if (!url->tls && !is_near)
    return wrong(std::string(variable) + ": '" + url->host +
                 "' must be asked by https; by http only this machine, 169.254.170.2, 169.254.170.23 and "
                 "[fd00:ec2::23] are");
  return source;
}

Result<std::string> read_identity_token(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMaxTokenBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  if (text.empty()) return wrong("token file '" + path + "' cannot be read or is empty");
  if (text.size() > kMaxTokenBytes) return wrong("token file '" + path + "' has more than 64 KiB");
  if (!is_header_value(text)) return wrong("token file '" + path + "' has a character that no token has");
  return text;
}

const Json* member(const Json* json, const char* name) {
  if (json == nullptr || !json->is_object()) return nullptr;
  const auto found = json->find(name);
  return found == json->end() ? nullptr : &*found;
}

std::string text_of(const Json* json, const char* name) {
  const Json* const found = member(json, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : "";
}

/// Reads RFC 3339 text, or a number of seconds since the epoch.
std::optional<WallTime> time_of(const Json& json) {
  if (json.is_string()) {
    const auto time = parse_rfc3339(json.get_ref<const std::string&>());
    return time ? std::optional(*time) : std::nullopt;
  }
  constexpr double kLatest = 1e11;  // thousands of years from now
  const double seconds = json.is_number() ? json.get<double>() : 0;
  if (!(seconds > 0 && seconds < kLatest)) return std::nullopt;
  return WallTime(Millis(static_cast<std::int64_t>(seconds * 1000)));
}

/// The reason of a refusal: {"Error":{"Code":…,"Message":…}} from STS, {"code":…,"message":…} from a container
/// endpoint, or any other text.
std::string refusal_of(const Json& document, const std::string& body) {
  const Json* const error = member(&document, "Error");
  const std::string code = error != nullptr ? text_of(error, "Code") : text_of(&document, "code");
  const std::string message = error != nullptr ? text_of(error, "Message") : text_of(&document, "message");
  if (code.empty() && message.empty()) return excerpt(body);
  return excerpt(code + (code.empty() || message.empty() ? "" : ": ") + message);
}

}  // namespace

std::string AwsCredentialsSource::name() const {
  switch (kind) {
    case Kind::Fixed: return "AWS_ACCESS_KEY_ID";
    case Kind::WebIdentity: return "web identity (AWS_ROLE_ARN), asked of " + url;
    case Kind::Container: return "container credentials, asked of " + url;
  }
  return "credentials";
}

Result<AwsCredentialsSource> find_aws_credentials(const http::Environment& environment, const std::string& region) {
  AwsCredentialsSource fixed;
  fixed.fixed = {environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"),
                 environment("AWS_SESSION_TOKEN"), std::nullopt};
  if (fixed.fixed.access_key_id.empty() != fixed.fixed.secret_access_key.empty())
    return wrong("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together");
  if (!is_visible(fixed.fixed.access_key_id) || !is_visible(fixed.fixed.session_token))
    return wrong("AWS_ACCESS_KEY_ID or AWS_SESSION_TOKEN has a character that neither may have");
  if (!fixed.fixed.access_key_id.empty()) return fixed;
  if (!environment("AWS_WEB_IDENTITY_TOKEN_FILE").empty()) return web_identity(environment, region);
  if (!environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
      !environment("AWS_CONTAINER_CREDENTIALS_FULL_URI").empty())
    return container(environment);
  return wrong(
      "there are no AWS credentials: give the ServiceAccount a role (IRSA or EKS Pod Identity), or set "
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
}

Result<http::Request> build_credentials_request(const AwsCredentialsSource& source) {
  http::Request request;
  request.target = source.target;
  request.headers = {{"Accept", "application/json"}};
  std::string token = source.token;
  if (!source.token_file.empty()) {
    auto read = read_identity_token(source.token_file);
    if (!read) return read.error();
    token = std::move(*read);
  }
  if (source.kind == Kind::Container) {
    if (!token.empty()) request.headers.emplace_back("Authorization", token);
    return request;
  }
  request.method = "POST";  // proxies log URLs, so the token goes in the body
  request.reads = true;
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.body = http::Query()
                     .add("Action", "AssumeRoleWithWebIdentity")
                     .add("Version", "2011-06-15")
                     .add("RoleArn", source.role_arn)
                     .add("RoleSessionName", source.session_name)
                     .add("WebIdentityToken", token)
                     .str();
  return request;
}

Result<AwsCredentials> parse_credentials(const AwsCredentialsSource& source, const http::Response& response) {
  const auto unusable = [](const std::string& why) { return Error{ErrorKind::Unavailable, why}; };
  const Json document = Json::parse(response.body, nullptr, false);
  if (response.status != 200)
    return unusable("HTTP " + std::to_string(response.status) + ": " + refusal_of(document, response.body));
  const bool is_sts = source.kind == Kind::WebIdentity;
  const Json* found = &document;
  if (is_sts) {
    const Json* const result =
        member(member(&document, "AssumeRoleWithWebIdentityResponse"), "AssumeRoleWithWebIdentityResult");
    found = member(result, "Credentials");
  }
  AwsCredentials credentials;
  credentials.access_key_id = text_of(found, "AccessKeyId");
  credentials.secret_access_key = text_of(found, "SecretAccessKey");
  credentials.session_token = text_of(found, is_sts ? "SessionToken" : "Token");
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty())
    return unusable("its answer is no JSON with AccessKeyId and SecretAccessKey");
  if (!is_visible(credentials.access_key_id) || !is_visible(credentials.session_token))
    return unusable("its AccessKeyId or session token has a character that neither may have");
  const Json* const expires = member(found, "Expiration");
  const bool is_given = expires != nullptr && !expires->is_null();
  if (is_given) credentials.expires = time_of(*expires);
  if ((is_given || is_sts) && !credentials.expires) return unusable("its answer has no Expiration that is a time");
  return credentials;
}

}  // namespace aia::prometheus
