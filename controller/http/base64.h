// Base64 with padding, as header fields of HTTP and the *-data fields of a kubeconfig have it. Source: RFC 4648, 4;
// OpenSSL 3, EVP_EncodeBlock(3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aia::http {

/// Without line breaks.
std::string encode_base64(std::string_view bytes);

/// Line breaks and blanks are skipped. Nothing when another character, wrong padding or a cut-off group is found.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace aia::http
