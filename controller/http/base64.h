// Base64 as the header fields of HTTP have it: with padding, without line breaks. Source: RFC 4648, 4; OpenSSL 3,
// EVP_EncodeBlock(3).
#pragma once

#include <string>
#include <string_view>

namespace aia::http {

std::string encode_base64(std::string_view bytes);

}  // namespace aia::http
