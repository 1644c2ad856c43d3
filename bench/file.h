// Reads the input file of a benchmark as text.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace forecasting::bench {

/// The whole content; unset when unreadable: a folder, for example, opens like a file.
inline std::optional<std::string> contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 65536> part{};
  while (file.read(part.data(), part.size()) || file.gcount() > 0)
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
  if (file.bad() || !file.is_open()) return std::nullopt;
  return text;
}

}  // namespace forecasting::bench
