// Durations and instants are parsed by hand: std::chrono's parse is missing in g++ 12, strptime knows neither fractions
// nor offsets, and Abseil reads texts that are no RFC 3339 (docs/decisions/0025). Parsing computes with integers, so
// that nothing is rounded on the way.
#include "base/time.h"

#include <fmt/core.h>

#include <array>
#include <cstdint>

#include "base/decimal.h"

namespace aia {
namespace {

using std::chrono::days;
using std::chrono::floor;

constexpr std::int64_t kLongestMs = std::int64_t{876'000} * 3'600'000;  // 100 years: sums never overflow

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes up to `max_digits` digits off the front of `text`; -1 for no digit or too many.
std::int64_t take_digits(std::string_view& text, std::size_t max_digits, std::size_t* count = nullptr) {
  std::size_t n = 0;
  std::int64_t value = 0;
  while (n < text.size() && is_digit(text[n])) {
    if (n == max_digits) return -1;
    value = value * 10 + (text[n++] - '0');
  }
  if (count) *count = n;
  text.remove_prefix(n);
  return n == 0 ? -1 : value;
}

/// Takes the unit off the front of `text`. Returns the unit's length in ms; 0 for any unit other than h, m, s, ms.
std::int64_t take_unit(std::string_view& text) {
  struct Unit {
    std::string_view name;
    std::int64_t ms;
  };
  static constexpr std::array<Unit, 4> kUnits = {{{"ms", 1}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}}};
  for (const Unit& unit : kUnits) {
    if (text.starts_with(unit.name)) {
      text.remove_prefix(unit.name.size());
      return unit.ms;
    }
  }
  return 0;
}

/// Exactly `n` digits as a number within [low, high]; -1 otherwise.
std::int64_t take_number(std::string_view& text, std::size_t n, std::int64_t low, std::int64_t high) {
  if (text.size() < n) return -1;
  std::string_view digits = text.substr(0, n);
  const std::int64_t value = take_digits(digits, n);
  if (value < low || value > high || !digits.empty()) return -1;
  text.remove_prefix(n);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// The fraction of a second after the dot, cut to ms; any number of digits. -1: no digits.
std::int64_t take_fraction_ms(std::string_view& text) {
  std::int64_t ms = 0;
  std::size_t n = 0;
  for (; n < text.size() && is_digit(text[n]); ++n) {
    if (n < 3) ms = ms * 10 + (text[n] - '0');
  }
  text.remove_prefix(n);
  for (std::size_t k = n; k < 3; ++k) ms *= 10;
  return n == 0 ? -1 : ms;
}

/// "Z" or "+hh:mm" as ms east of UTC. False: neither.
bool take_offset(std::string_view& text, std::int64_t& offset_ms) {
  offset_ms = 0;
  if (take(text, "Zz")) return true;
  const bool west = text.starts_with('-');
  if (!take(text, "+-")) return false;
  const std::int64_t hours = take_number(text, 2, 0, 23);
  if (hours < 0 || !take(text, ":")) return false;
  const std::int64_t minutes = take_number(text, 2, 0, 59);
  if (minutes < 0) return false;
  offset_ms = (hours * 60 + minutes) * 60'000 * (west ? -1 : 1);
  return true;
}

std::string format_time(WallTime time, bool micro) {
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  const auto fraction = micro ? fmt::format(".{:03}000", clock.subseconds().count()) : "";
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), fraction);
}

}  // namespace

Result<Millis> parse_duration(std::string_view text) {
  const auto invalid = [&](const char* why) {
    return Error{ErrorKind::Invalid,
                 fmt::format(R"("{}" is not a duration{}; write e.g. "90s", "7m10s" or "1h30m")", text, why)};
  };
  if (text == "0") return Millis{0};
  std::string_view rest = text;
  if (rest.empty()) return invalid("");
  if (rest.starts_with('-')) return invalid(" (it must not be negative)");
  std::int64_t total = 0;
  while (!rest.empty()) {
    const std::int64_t whole = take_digits(rest, 12);
    std::int64_t fraction = 0, scale = 1;
    if (whole < 0) return invalid("");
    if (take(rest, ".")) {
      std::size_t digits = 0;
      fraction = take_digits(rest, 9, &digits);
      if (fraction < 0) return invalid("");
      for (; digits > 0; --digits) scale *= 10;
    }
    if (rest.starts_with("ns") || rest.starts_with("us") || rest.starts_with("\xC2\xB5s"))
      return invalid(" of whole milliseconds");
    const std::int64_t unit = take_unit(rest);
    if (unit == 0) return invalid("");
    if (fraction * unit % scale != 0) return invalid(" of whole milliseconds");
    total += whole * unit + fraction * unit / scale;
    if (total > kLongestMs) return invalid(" below a hundred years");
  }
  return Millis{total};
}

std::string format_duration(Millis duration) {
  if (duration < Millis{0}) return "-" + format_duration(-duration);
  const std::int64_t ms = duration.count();
  if (ms == 0) return "0s";
  if (ms < 1000) return fmt::format("{}ms", ms);
  std::string out;
  if (ms >= 3'600'000) out = fmt::format("{}h", ms / 3'600'000);
  if (ms / 60'000 % 60 != 0) out += fmt::format("{}m", ms / 60'000 % 60);
  // Three decimals and two digits before them are exact in the shortest text of a double.
  if (ms % 60'000 != 0) out += format_decimal(static_cast<double>(ms % 60'000) / 1000) + "s";
  return out;
}

std::string format_rough(Millis duration) {
  const bool rough = duration >= std::chrono::seconds(10);
  return format_duration(rough ? std::chrono::round<std::chrono::seconds>(duration) : duration);
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  const Error invalid{ErrorKind::Invalid,
                      fmt::format(R"("{}" is not an RFC 3339 time; write e.g. "2026-11-21T08:30:00Z")", text)};
  std::string_view rest = text;
  const std::int64_t year = take_number(rest, 4, 0, 9999);
  if (year < 0 || !take(rest, "-")) return invalid;
  const std::int64_t month = take_number(rest, 2, 1, 12);
  if (month < 0 || !take(rest, "-")) return invalid;
  const std::int64_t day = take_number(rest, 2, 1, 31);
  if (day < 0 || !take(rest, "Tt ")) return invalid;
  const std::int64_t hour = take_number(rest, 2, 0, 23);
  if (hour < 0 || !take(rest, ":")) return invalid;
  const std::int64_t minute = take_number(rest, 2, 0, 59);
  if (minute < 0 || !take(rest, ":")) return invalid;
  const std::int64_t second = take_number(rest, 2, 0, 60);  // 60: a leap second
  if (second < 0) return invalid;
  std::int64_t fraction_ms = 0, offset_ms = 0;
  if (take(rest, ".")) fraction_ms = take_fraction_ms(rest);
  if (fraction_ms < 0 || !take_offset(rest, offset_ms) || !rest.empty()) return invalid;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return invalid;
  return WallTime{std::chrono::sys_days(date)} +
         Millis{((hour * 60 + minute) * 60 + second) * 1000 + fraction_ms - offset_ms};
}

std::string format_rfc3339(WallTime time) {
  return format_time(time, false);
}

std::string format_rfc3339_micro(WallTime time) {
  return format_time(time, true);
}

}  // namespace aia
