// A command-line flag that is a duration in Go's notation, as everywhere else in the product.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "controller/api/time.h"

namespace aia {

/// Shown with its default; at least `least`.
inline CLI::Option* add_duration(CLI::App& app, const std::string& flag, Millis& value, const std::string& help,
                                 Millis least) {
  const auto set = [&value, flag, least](const std::string& text) {
    const auto parsed = parse_duration(text);
    if (!parsed) throw CLI::ValidationError(flag, parsed.error().message);
    if (*parsed < least) throw CLI::ValidationError(flag, "must be at least " + format_duration(least));
    value = *parsed;
  };
  return app.add_option_function<std::string>(flag, set, help)
      ->type_name("DURATION")
      ->default_str(format_duration(value));
}

}  // namespace aia
