// A command-line flag that is a duration in Go's notation, as everywhere else in the product; days may stand in front.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/time.h"

namespace aia {

/// "1d", "1d12h", "1h30m". The API's fields know no days, as Go does not; people's flags do.
inline Result<Millis> parse_flag_duration(const std::string& text) {
  const auto days = text.find_first_not_of("0123456789");
  if (days == std::string::npos || days == 0 || days > 6 || text[days] != 'd') return parse_duration(text);
  const auto parsed =
      parse_duration(std::to_string(24 * std::stol(text.substr(0, days))) + "h" + text.substr(days + 1));
  return parsed ? parsed : parse_duration(text);  // the error then names the text as written
}

/// Shown with its default; at least `least`.
inline CLI::Option* add_duration(CLI::App& app, const std::string& flag, Millis& value, const std::string& help,
                                 Millis least) {
  const auto set = [&value, flag, least](const std::string& text) {
    const auto parsed = parse_flag_duration(text);
    if (!parsed) throw CLI::ValidationError(flag, parsed.error().message);
    if (*parsed < least) throw CLI::ValidationError(flag, "must be at least " + format_duration(least));
    value = *parsed;
  };
  return app.add_option_function<std::string>(flag, set, help)
      ->type_name("DURATION")
      ->default_str(format_duration(value));
}

}  // namespace aia
