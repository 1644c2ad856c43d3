// The envelope of a saved state: a mark, a version, the kind of series, a checksum. A state is refused with a reason if
// its version or kind differs, or if the bytes are truncated or damaged. The refused series is fed its history again.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace forecasting {

/// `kind`: in words, the kind of series that the state is good for.
std::vector<std::byte> seal(std::span<const std::byte> content, const std::string& kind);

struct Opened {
  std::span<const std::byte> content;  ///< a part of the given bytes
  std::optional<std::string> refusal;  ///< set: why there is no content
};

Opened open(std::span<const std::byte> sealed, const std::string& kind);

}  // namespace forecasting
