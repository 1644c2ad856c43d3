// Base64 with padding, for HTTP header fields and for the *-data fields of a kubeconfig. Source: RFC 4648, 4; OpenSSL
// 3, EVP_EncodeBlock(3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aia::http {

/// The text has no line breaks.
std::string encode_base64(std::string_view bytes);

/// Skips line breaks, blanks and tabs. Unset: the text has another character, wrong padding or a group that is cut off.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace aia::http
