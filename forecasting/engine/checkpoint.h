// The envelope of a saved state: a mark, a version, what it was made for, a checksum. A state from another version, for
// another kind of series, cut short or changed by a bit is refused with a reason; its series is fed its history again.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace forecasting {

/// `kind`: in words, what the state is good for only.
std::vector<std::byte> seal(std::span<const std::byte> content, const std::string& kind);

struct Opened {
  std::span<const std::byte> content;  ///< within what was given
  std::optional<std::string> refusal;  ///< set: why there is no content
};

Opened open(std::span<const std::byte> sealed, const std::string& kind);

}  // namespace forecasting
