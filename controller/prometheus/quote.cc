// Decodes escapes byte by byte, as Go does, and validates the decoded text as UTF-8 at the end: \x escapes can spell
// any bytes. Only backslash, quote, line feed and control characters are escaped on writing.
#include "controller/prometheus/quote.h"

#include <charconv>
#include <cstdint>

namespace aia::prometheus {
namespace {

constexpr std::uint32_t kLastRune = 0x10FFFF;

bool is_surrogate(std::uint32_t rune) {
  return rune >= 0xD800 && rune <= 0xDFFF;
}

void append_rune(std::string& out, std::uint32_t rune) {
  if (rune < 0x80) {
    out += static_cast<char>(rune);
    return;
  }
  const int more = rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
  constexpr std::uint32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kLead[more] | rune >> (6 * more));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80U | (rune >> (6 * i) & 0x3FU));
}

/// Strict UTF-8 (RFC 3629): no surrogates and no overlong forms.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned lead = byte(i);
    const std::size_t more = lead < 0x80 ? 0 : lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (i + more >= text.size() || (lead >= 0x80 && lead < 0xC2) || lead > 0xF4) return false;
    std::uint32_t rune = more == 0 ? lead : lead & (0x3FU >> more);
    for (std::size_t k = 1; k <= more; ++k) {
      if ((byte(i + k) & 0xC0U) != 0x80U) return false;
      rune = rune << 6U | (byte(i + k) & 0x3FU);
    }
    constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (rune < kLeast[more] || rune > kLastRune || is_surrogate(rune)) return false;
    i += more + 1;
  }
  return true;
}

/// Removes `digits` digits from the front of `rest`.
std::optional<std::uint32_t> take_number(std::string_view& rest, std::size_t digits, int base) {
  if (rest.size() < digits) return std::nullopt;
  std::uint32_t value = 0;
  const auto* end = rest.data() + digits;
  const auto read = std::from_chars(rest.data(), end, value, base);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  rest.remove_prefix(digits);
  return value;
}

/// Removes an escape, without its backslash, from the front of `rest`. False: the escape is unknown.
bool take_escape(std::string_view& rest, char quote, std::string& out) {
  if (rest.empty()) return false;
  const char c = rest.front();
  static constexpr std::string_view kLetters = "abfnrtv\\";
  static constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\";
  const auto known = kLetters.find(c);
  if (known != std::string_view::npos || c == quote) {
    out += c == quote ? quote : kMeanings[known];
    rest.remove_prefix(1);
    return true;
  }
  if (c >= '0' && c <= '7') {
    const auto byte = take_number(rest, 3, 8);
    if (byte) out += static_cast<char>(*byte);
    return byte && *byte <= 0xFF;
  }
  const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (digits == 0) return false;
  rest.remove_prefix(1);
  const auto value = take_number(rest, digits, 16);
  if (!value || (c != 'x' && (*value > kLastRune || is_surrogate(*value)))) return false;
  if (c == 'x') {
    out += static_cast<char>(*value);
  } else {
    append_rune(out, *value);
  }
  return true;
}

}  // namespace

std::optional<std::string> unquote(std::string_view token) {
  if (token.size() < 2 || token.front() != token.back()) return std::nullopt;
  const char quote = token.front();
  auto rest = token.substr(1, token.size() - 2);
  std::string out;
  if (quote == '`') {
    if (rest.find('`') != std::string_view::npos) return std::nullopt;
    out = rest;
  } else if (quote == '"' || quote == '\'') {
    while (!rest.empty()) {
      const char c = rest.front();
      rest.remove_prefix(1);
      if (c == quote || c == '\n') return std::nullopt;
      if (c != '\\') {
        out += c;
      } else if (!take_escape(rest, quote, out)) {
        return std::nullopt;
      }
    }
  } else {
    return std::nullopt;
  }
  return is_utf8(out) ? std::optional(out) : std::nullopt;
}

std::string quote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == '"') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace aia::prometheus
