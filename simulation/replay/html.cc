// Five characters are escaped, which is enough in content and in quoted attributes, but not in scripts or style sheets.
// Source: https://html.spec.whatwg.org/multipage/syntax.html#syntax-text
#include "simulation/replay/html.h"

#include <array>
#include <charconv>
#include <cmath>

namespace aia::simulation {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: {
        const bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
        out += control ? "\xEF\xBF\xBD" : std::string(1, c);
      }
    }
  }
  return out;
}

std::string coordinate(double value) {
  const double rounded = std::round(value * 10) / 10;
  std::array<char, 64> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), rounded == 0 ? 0.0 : rounded, std::chars_format::fixed);
  return {text.data(), end.ptr};
}

}  // namespace aia::simulation
