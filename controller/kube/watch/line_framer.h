// Cuts a watch's byte stream into lines, wherever the chunks are split. The length of a line is limited, so that a
// server (or a proxy's error page) cannot fill the memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aia::kube {

class LineFramer {
 public:
  explicit LineFramer(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  /// Calls `on_line(std::string_view)` for each line that `chunk` completes, without the newline; empty lines are
  /// skipped. False when `on_line` returned false or a line exceeded the limit: call feed() no more.
  template <class OnLine>
  bool feed(std::string_view chunk, OnLine&& on_line) {
    for (std::size_t end = chunk.find('\n'); end != std::string_view::npos; end = chunk.find('\n')) {
      const std::string_view line = chunk.substr(0, end);
      chunk.remove_prefix(end + 1);
      if (!emit(line, on_line)) return false;
    }
    return keep(chunk);
  }

  [[nodiscard]] bool overflowed() const { return overflowed_; }

 private:
  template <class OnLine>
  bool emit(std::string_view line, OnLine& on_line) {
    if (partial_.empty()) return fits(line.size()) && (line.empty() || on_line(line));
    if (!keep(line)) return false;
    std::string whole;
    whole.swap(partial_);
    return on_line(std::string_view(whole));
  }

  bool keep(std::string_view part) {
    if (!fits(partial_.size() + part.size())) return false;
    partial_ += part;
    return true;
  }

  bool fits(std::size_t bytes) {
    overflowed_ = overflowed_ || bytes > limit_bytes_;
    return !overflowed_;
  }

  std::size_t limit_bytes_;
  std::string partial_;
  bool overflowed_ = false;
};

}  // namespace aia::kube
