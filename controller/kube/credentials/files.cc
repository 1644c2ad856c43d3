// Reads in pieces up to the limit, so that a device or an endless file cannot fill the memory. Reasons of failures come
// from errno.
#include "controller/kube/credentials/files.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace aia::kube {

Result<std::string> read_file(const std::string& path) {
  constexpr std::size_t kMaxBytes = 16U << 20U;
  const auto failed = [&](int code) {
    const ErrorKind kind = code == ENOENT ? ErrorKind::NotFound : ErrorKind::Invalid;
    return Error{kind, path + ": " + std::generic_category().message(code), {}};
  };
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return failed(errno);
  std::string text;
  char buffer[4096];
  while (file.read(buffer, sizeof buffer) || file.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxBytes) return failed(EFBIG);
  }
  if (file.bad()) return failed(errno != 0 ? errno : EIO);
  return text;
}

std::string trim(const std::string& text) {
  constexpr const char* kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool is_token(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace aia::kube
