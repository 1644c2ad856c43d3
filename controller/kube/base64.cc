// See base64.h.
#include "controller/kube/base64.h"

#include <cstdint>

namespace aia::kube {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
      return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
    };
    const std::uint32_t bits = (byte(0) << 16U) | (byte(1) << 8U) | byte(2);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) out += kAlphabet[(bits >> shift) & 0x3fU];
    if (at + 2 >= bytes.size()) out.back() = '=';
    if (at + 1 >= bytes.size()) out[out.size() - 2] = '=';
  }
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned symbols = 0;
  unsigned padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
    const std::size_t value = c == '=' ? 0 : kAlphabet.find(c);
    if (value == std::string_view::npos || (padding > 0 && c != '=')) return std::nullopt;
    padding += c == '=' ? 1 : 0;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    if (++symbols % 4 == 0) {
      for (const unsigned shift : {16U, 8U, 0U}) out += static_cast<char>((bits >> shift) & 0xffU);
      bits = 0;
    }
  }
  if (symbols % 4 != 0 || padding > 2) return std::nullopt;
  out.resize(out.size() - padding);
  return out;
}

}  // namespace aia::kube
