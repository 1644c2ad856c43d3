// Durations in their two largest units, figures in three digits: what an on-call engineer can take in at a glance.
#include "forecasting/values/words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace forecasting {
namespace {

std::string print(const char* format, double figure) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), format, figure);
  if (length <= 0) return {};
  return {text.data(), std::min(static_cast<std::size_t>(length), text.size() - 1)};  // what was written, not asked for
}

}  // namespace

std::string words(Duration duration) {
  struct Unit {
    const char* name;
    long long milliseconds;
  };
  constexpr std::array<Unit, 4> kUnits{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
  long long rest = duration.count();
  std::string text;
  int used = 0;
  for (const Unit& unit : kUnits) {
    const long long count = rest / unit.milliseconds;
    if (count == 0 || used == 2) continue;
    text += std::to_string(count) + unit.name;
    rest -= count * unit.milliseconds;
    ++used;
  }
  return text.empty() ? "0s" : text;
}

std::string words(double figure) {
  const bool whole = std::fabs(figure) >= 100 && std::fabs(figure) < 1e15;  // beyond, digits are noise
  return whole ? print("%.0f", figure) : print("%.3g", figure);
}

std::string percent(double share) {
  return print("%.0f%%", 100 * share);
}

}  // namespace forecasting
