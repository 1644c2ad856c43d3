// Searches the text for fixed parts of cpprestsdk's messages, the more specific part first. The code's range tells its
// origin: an OpenSSL error has the library's number in the high bits, an errno does not. A text without a known part
// counts as Step::Read, so that a mutation is not sent again.
#include "controller/http/cpprest_failure.h"

#include <openssl/err.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace aia::http {
namespace {

/// The words of the operating system or of OpenSSL for a code.
std::string code_words(int code) {
  const auto packed = static_cast<unsigned long>(static_cast<unsigned int>(code));
  if (packed > 0xFFFFU) {
    const char* reason = ERR_reason_error_string(packed);
    return reason != nullptr ? reason : "TLS error " + std::to_string(packed);
  }
  switch (code) {
    case 1:
    case 2: return "the server closed the connection";                        // asio: stream truncated, end of file
    case EHOSTUNREACH: return "connection refused, or no route to the host";  // also reported for ECONNREFUSED
    default: return std::generic_category().message(code);
  }
}

}  // namespace

Failure cpprest_failure(const std::string& text, int code, const std::string& tls_refusal) {
  const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  if (has("connect to any")) return {Step::Connect, code_words(code)};
  if (has("resolv")) return {Step::Resolve, {}};
  if (has("SSL handshake")) return {Step::Handshake, tls_refusal.empty() ? code_words(code) : tls_refusal};
  if (has("write request headers")) return {Step::NeverSent, code_words(code)};
  if (has("write request")) return {Step::Write, code_words(code)};
  if (has("cannot rewind")) return {Step::Read, "it was dropped; the request is not sent again, it may have arrived"};
  if (has("Invalid HTTP status line")) return {Step::Read, "what came is not HTTP"};
  if (has("status line")) return {Step::Read, code_words(code)};
  if (has("Invalid chunked")) return {Step::Body, "a chunk's size is not a number"};
  if (has("response body") || has("chunk")) return {Step::Body, code_words(code)};
  return {Step::Read, text};
}

}  // namespace aia::http
