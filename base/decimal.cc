// Uses std::to_chars and from_chars, because neither depends on the locale. Texts for machines have no exponent from
// 1e-9 up to 1e15.
#include "base/decimal.h"

#include <fmt/core.h>

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

namespace aia {
namespace {

constexpr double kLeastPlain = 1e-6, kMostPlain = 1e12;  // outside, a person would have to count zeros

/// `value` rounded to `digits` significant digits.
double rounded(double value, int digits) {
  std::array<char, 64> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, digits - 1);
  double out = value;
  std::from_chars(text.data(), end.ptr, out);
  return out;
}

}  // namespace

Result<double> parse_decimal(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end || !std::isfinite(value))
    return Error{ErrorKind::Invalid, fmt::format(R"("{}" is not a decimal number; write e.g. "12" or "0.5")", text)};
  return value;
}

std::string format_decimal(double value) {
  assert(std::isfinite(value));
  if (value == 0) return "0";  // also -0
  std::array<char, 64> text{};
  const double size = std::abs(value);
  const auto format = size < 1e15 && size >= 1e-9 ? std::chars_format::fixed : std::chars_format::general;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format);
  return {text.data(), end.ptr};
}

std::string format_measured(double value) {
  return format_decimal(rounded(value, 6));
}

std::string format_figure(double value) {
  if (!std::isfinite(value)) return "?";
  const double size = std::abs(value);
  if (size >= kLeastPlain && size < kMostPlain)
    return format_decimal(size >= 100 ? std::round(value) : rounded(value, 3));
  if (size == 0) return "0";
  std::array<char, 64> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), rounded(value, 3), std::chars_format::scientific);
  return {text.data(), end.ptr};
}

}  // namespace aia
