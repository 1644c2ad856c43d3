// The envelope's bytes: a fixed header, the kind in words, the content, and a checksum over both. The header's own
// fields are checked before its sizes are believed.
#include "forecasting/engine/checkpoint.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace forecasting {
namespace {

constexpr std::string_view kMark = "AIAforecast";
constexpr std::uint32_t kVersion = 4;  // raise with every change of any state's layout
constexpr std::size_t kMostKind = 4096;

/// FNV-1a, 64 bits (Fowler, Noll and Vo; IETF draft-eastlake-fnv): against accidents, not against forgers.
std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (const std::byte byte : bytes) sum = (sum ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3U;
  return sum;
}

struct Header {
  std::array<char, kMark.size()> mark{};
  std::uint32_t version = 0;
  std::uint32_t kind_size = 0;
  std::uint64_t checksum = 0;  ///< of all behind the header
};

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::vector<std::byte> seal(std::span<const std::byte> content, const std::string& kind) {
  std::vector<std::byte> sealed(sizeof(Header) + kind.size() + content.size());
  std::memcpy(&sealed[sizeof(Header)], kind.data(), kind.size());
  std::copy(content.begin(), content.end(), sealed.end() - static_cast<std::ptrdiff_t>(content.size()));
  Header header;
  std::copy(kMark.begin(), kMark.end(), header.mark.begin());
  header.version = kVersion;
  header.kind_size = static_cast<std::uint32_t>(kind.size());
  header.checksum = checksum(std::span(sealed).subspan(sizeof(Header)));
  std::memcpy(sealed.data(), &header, sizeof(Header));
  return sealed;
}

Opened open(std::span<const std::byte> sealed, const std::string& kind) {
  Header header;
  if (sealed.size() < sizeof(Header)) return {{}, "it is too short to be a forecaster's state"};
  std::memcpy(&header, sealed.data(), sizeof(Header));
  const auto rest = sealed.subspan(sizeof(Header));
  if (!std::equal(kMark.begin(), kMark.end(), header.mark.begin())) return {{}, "it is no forecaster's state"};
  if (header.version != kVersion) {
    return {{}, "its version is " + std::to_string(header.version) + ", not " + std::to_string(kVersion)};
  }
  if (header.checksum != checksum(rest)) return {{}, "its checksum is wrong: it was cut short or changed"};
  if (header.kind_size > std::min(kMostKind, rest.size())) return {{}, "its header is wrong"};
  const auto of = text_of(rest.first(header.kind_size));
  if (of != kind) return {{}, "it is of a forecaster with " + std::string(of) + ", not " + kind};
  return {rest.subspan(header.kind_size), std::nullopt};
}

}  // namespace forecasting
