// Files are read and written in binary mode, so that every byte arrives as it is. Each error names the flag that named
// the file.
#include "cli/input.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>

namespace aia {
namespace {

Error file_error(const std::string& flag, const std::string& path, const std::string& what) {
  return {ErrorKind::Unavailable, flag + ": " + path + " " + what, {}};
}

}  // namespace

Result<std::string> read_input(const std::string& flag, const std::string& path) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  std::string text;
  std::array<char, 65536> part{};
  while (in.read(part.data(), part.size()) || in.gcount() > 0)
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
  if (in.bad() || (path != "-" && !file.is_open())) return file_error(flag, path, "cannot be read");
  return text;
}

Status write_output(const std::string& flag, const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return file_error(flag, path, "cannot be written");
  return done;
}

Status print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0) return Error{ErrorKind::Unavailable, "standard output cannot be written", {}};
  return done;
}

std::string input_name(const std::string& path) {
  return path == "-" ? "standard input" : path.substr(path.find_last_of('/') + 1);
}

}  // namespace aia
