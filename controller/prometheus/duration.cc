// Parses by hand, because the durations of base/time.h (Go's notation) have no days or weeks and allow fractions. Sums
// that do not fit in 64 bits are refused.
#include "controller/prometheus/duration.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace aia::prometheus {

std::optional<Millis> parse_promql_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t ms;
  };
  static constexpr std::array<Unit, 7> kUnits{{{"y", 31'536'000'000},
                                               {"w", 604'800'000},
                                               {"d", 86'400'000},
                                               {"h", 3'600'000},
                                               {"m", 60'000},
                                               {"s", 1000},
                                               {"ms", 1}}};
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t smallest = 0;  // index of the next unit allowed: units must fall, each at most once
  while (!text.empty()) {
    std::int64_t count = 0;
    const auto number = std::from_chars(text.data(), text.data() + text.size(), count);
    if (number.ec != std::errc{} || count < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(number.ptr - text.data()));
    std::size_t letters = 0;
    while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
    const auto name = text.substr(0, letters);
    while (smallest < kUnits.size() && kUnits[smallest].name != name) ++smallest;
    if (smallest == kUnits.size()) return std::nullopt;
    const auto ms = kUnits[smallest++].ms;
    if (count > (std::numeric_limits<std::int64_t>::max() - total) / ms) return std::nullopt;
    total += count * ms;
    text.remove_prefix(letters);
  }
  return Millis(total);
}

}  // namespace aia::prometheus
