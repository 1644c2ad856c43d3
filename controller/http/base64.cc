// OpenSSL does the encoding and decoding, but EVP_DecodeBlock is too lenient and counts padding as bytes. So the
// alphabet and the padding are checked before, and the padding's bytes are removed after. Source: EVP_DecodeBlock(3).
#include "controller/http/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cctype>

namespace aia::http {

std::string encode_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());  // OpenSSL's final zero byte falls on the string's own
  EVP_EncodeBlock(to, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string symbols(text);
  std::erase_if(symbols, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  const std::size_t end = symbols.find_last_not_of('=') + 1, padding = symbols.size() - end;
  const bool is_alphabet =
      std::all_of(symbols.begin(), symbols.begin() + static_cast<std::ptrdiff_t>(end),
                  [](unsigned char c) { return (std::isalnum(c) != 0 && c < 0x80) || c == '+' || c == '/'; });
  if (!is_alphabet || symbols.size() % 4 != 0 || padding > 2) return std::nullopt;
  std::string out(symbols.size() / 4 * 3, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  const auto* from = reinterpret_cast<const unsigned char*>(symbols.data());
  if (EVP_DecodeBlock(to, from, static_cast<int>(symbols.size())) < 0) return std::nullopt;
  out.resize(out.size() - padding);
  return out;
}

}  // namespace aia::http
