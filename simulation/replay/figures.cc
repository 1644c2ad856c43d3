// Numbers are formatted by snprintf, and thousands are separated afterwards. The program sets no locale, so decimals
// always have a point. Times are UTC.
#include "simulation/replay/figures.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace aia::simulation {
namespace {

std::string with_digits(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

/// A trace from the seventies has no real dates: its times count from a midnight of its own.
bool is_relative(WallTime time) {
  return time >= WallTime{} && time < WallTime(std::chrono::hours(24 * 365 * 10));
}

}  // namespace

std::string figure(double value) {
  if (!std::isfinite(value)) return "?";
  if (value == 0) value = 0;  // -0 becomes 0
  const double size = std::abs(value);
  if (size == std::floor(size) && size < 1000) return with_digits(value, 0);
  std::string text = with_digits(value, size < 10 ? 2 : size < 100 ? 1 : 0);
  const std::size_t first = text.front() == '-' ? 1 : 0;
  const auto dot = std::min(text.find('.'), text.size());
  for (std::size_t at = dot; at > first + 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string percent(double share) {
  if (share == 1) return "100 %";
  if (share > 1) return with_digits(100 * share, 0) + " %";
  for (int digits = 2; digits <= 6; ++digits) {
    const auto text = with_digits(100 * share, digits);
    if (text != with_digits(100, digits)) return text + " %";
  }
  return ">99.999999 %";
}

std::string span(Millis duration) {
  const auto ms = duration.count();
  if (ms < 1000 && ms > 0) return std::to_string(ms) + " ms";
  if (ms < 60'000) {
    const bool whole = ms % 1000 == 0;
    return with_digits(static_cast<double>(ms) / 1000, whole || ms >= 10'000 ? 0 : 1) + " s";
  }
  const auto minutes = (ms + 30'000) / 60'000;
  if (minutes < 10 && ms % 60'000 != 0) return with_digits(static_cast<double>(ms) / 60'000, 1) + " min";
  if (minutes < 120) return std::to_string(minutes) + " min";
  return std::to_string(minutes / 60) + " h" + (minutes % 60 ? " " + std::to_string(minutes % 60) + " min" : "");
}

std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string clock_of(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(time - day).count();
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d", static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
  return text.data();
}

std::string moment_of(WallTime time) {
  if (is_relative(time)) return day_of(time) + ", " + clock_of(time);
  return format_rfc3339(time).substr(0, 10) + " " + clock_of(time);
}

std::string day_of(WallTime time) {
  if (!is_relative(time)) return format_rfc3339(time).substr(5, 5);
  return "day " + std::to_string(std::chrono::floor<std::chrono::days>(time).time_since_epoch().count() + 1);
}

}  // namespace aia::simulation
