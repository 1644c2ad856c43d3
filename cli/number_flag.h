// Checks of numeric command-line flags with readable messages: CLI11's own checks print the range of a double in 309
// digits.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <string>

#include "base/decimal.h"

namespace aia {

/// A number greater than 0, with a fraction or without.
inline CLI::Validator positive_number() {
  const auto check = [](const std::string& text) {
    const auto value = parse_decimal(text);
    return value && *value > 0 ? std::string() : "must be a number greater than 0, not \"" + text + "\"";
  };
  return {check, "POSITIVE"};
}

/// A whole number, at least `least`, in the range of T.
template <class T>
CLI::Validator whole_number(T least) {
  const auto check = [least](const std::string& text) {
    T value{};
    const char* const end = text.data() + text.size();
    const auto [stop, trouble] = std::from_chars(text.data(), end, value);
    if (trouble == std::errc{} && stop == end && value >= least) return std::string();
    if (trouble == std::errc::result_out_of_range && stop == end) return "\"" + text + "\" is too large a number";
    return "must be a whole number, at least " + std::to_string(least) + ", not \"" + text + "\"";
  };
  return {check, least > 0 ? "POSITIVE" : "NONNEGATIVE"};
}

}  // namespace aia
