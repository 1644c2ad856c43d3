// Follows the four steps of AWS's documentation by name: canonical request, string to sign, signing key, signature.
// Only the headers required by AWS are signed (host, content-type, x-amz-*), because a proxy may change any other
// header.
#include "controller/prometheus/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/http/url.h"

namespace aia::prometheus {
namespace {

constexpr const char* kAlgorithm = "AWS4-HMAC-SHA256";

std::string hex(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char ch : bytes) {
    const auto byte = static_cast<unsigned char>(ch);
    out += {kHex[byte >> 4U], kHex[byte & 0xFU]};
  }
  return out;
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ensure(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1,
         "OpenSSL made no SHA-256");
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(), digest.data(), &size);
  ensure(made != nullptr, "OpenSSL made no HMAC");
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0;;) {
    const auto end = text.find(separator, from);
    parts.push_back(text.substr(from, end - from));
    if (end == std::string_view::npos) return parts;
    from = end + 1;
  }
}

/// The path without empty and dot segments (RFC 3986, 5.2.4). Each segment is encoded once more than in the request, as
/// all services except S3 require.
std::string canonical_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const auto segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string out;
  for (const auto segment : kept) out += '/' + http::percent_encode(segment);
  return kept.empty() || path.ends_with('/') ? out + '/' : out;
}

/// The parameters, encoded, sorted by name and then by value.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto parameter : split(query, '&')) {
    if (parameter.empty()) continue;
    const auto equals = std::min(parameter.find('='), parameter.size());
    const auto value = equals < parameter.size() ? parameter.substr(equals + 1) : std::string_view();
    parameters.emplace_back(http::percent_encode(http::percent_decode(parameter.substr(0, equals))),
                            http::percent_encode(http::percent_decode(value)));
  }
  std::sort(parameters.begin(), parameters.end());
  std::string out;
  for (const auto& [name, value] : parameters)
    out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
  return out;
}

/// The value without blanks at its ends and without double blanks.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (const auto word : split(value, ' ')) {
    if (!word.empty()) out.append(out.empty() ? "" : " ").append(word);
  }
  return out;
}

/// The signed headers, by their names in lower case.
std::map<std::string, std::string> canonical_headers(const http::Headers& headers, const std::string& host) {
  std::map<std::string, std::string> out{{"host", canonical_value(host)}};
  for (const auto& [written, value] : headers) {
    const std::string name = http::lower_case(written);
    if (name != "content-type" && !name.starts_with("x-amz-")) continue;
    const auto [found, is_new] = out.try_emplace(name, canonical_value(value));
    if (!is_new) found->second += ',' + canonical_value(value);
  }
  return out;
}

/// "20150830T123600Z"
std::string basic_time(WallTime time) {
  std::string text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

http::Headers sign(const http::Request& request, const std::string& host, const AwsCredentials& credentials,
                   const SigningScope& scope, WallTime now) {
  const std::string time = basic_time(now);
  const std::string date = time.substr(0, time.find('T'));
  http::Headers made{{"X-Amz-Date", time}};
  if (!credentials.session_token.empty()) made.emplace_back("X-Amz-Security-Token", credentials.session_token);

  http::Headers all = request.headers;
  all.insert(all.end(), made.begin(), made.end());
  std::string headers, names;
  for (const auto& [name, value] : canonical_headers(all, host)) {
    headers.append(name).append(":").append(value).append("\n");
    names.append(names.empty() ? "" : ";").append(name);
  }
  const auto question = std::min(request.target.find('?'), request.target.size());
  const std::string_view target = request.target;
  const auto query = question < target.size() ? target.substr(question + 1) : std::string_view();
  const std::string canonical_request = request.method + '\n' + canonical_path(target.substr(0, question)) + '\n' +
                                        canonical_query(query) + '\n' + headers + '\n' + names + '\n' +
                                        hex(sha256(request.body));

  const std::string credential_scope = date + '/' + scope.region + '/' + scope.service + "/aws4_request";
  const std::string string_to_sign =
      std::string(kAlgorithm) + '\n' + time + '\n' + credential_scope + '\n' + hex(sha256(canonical_request));
  std::string key = hmac("AWS4" + credentials.secret_access_key, date);
  for (const std::string_view part :
       {std::string_view(scope.region), std::string_view(scope.service), std::string_view("aws4_request")})
    key = hmac(key, part);
  made.emplace_back("Authorization", std::string(kAlgorithm) + " Credential=" + credentials.access_key_id + '/' +
                                         credential_scope + ", SignedHeaders=" + names +
                                         ", Signature=" + hex(hmac(key, string_to_sign)));
  return made;
}

}  // namespace aia::prometheus
