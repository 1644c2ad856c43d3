// Reads the file at most once per refresh interval, so that a missing file does not cost a read per request. Content
// with characters that no token has is ignored like an unreadable file. See token_file.h.
#include "controller/kube/credentials/token_file.h"

#include "controller/kube/credentials/files.h"

namespace aia::kube {

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
