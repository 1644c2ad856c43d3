// Reads in pieces up to the limit, so that a device or an endless file cannot fill the memory. Reasons of failures come
// from errno. A token file is read at most once per refresh interval, so that a missing file does not cost a read per
// request; content with characters that no token has is ignored like an unreadable file.
#include "controller/kube/credentials/secret_files.h"

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

TokenFile::TokenFile(std::string path, std::shared_ptr<const ports::Clock> clock, Millis refresh)
    : path_(std::move(path)), clock_(std::move(clock)), refresh_(refresh) {}

std::optional<std::string> TokenFile::token() {
  const std::scoped_lock lock(mutex_);
  const Millis now = clock_->steady();
  if (read_at_ && now - *read_at_ < refresh_) return token_;
  const Result<std::string> text = read_file(path_);
  if (text) {
    const std::string trimmed = trim(*text);
    if (is_token(trimmed)) token_ = trimmed;
  }
  read_at_ = now;
  return token_;
}

void TokenFile::drop() {
  const std::scoped_lock lock(mutex_);
  read_at_.reset();
}

}  // namespace aia::kube
