// What must hold if this program is right. Where it does not, the program is wrong, not the input, and nothing that was
// worked out with it may be acted on: of one object its writes are withheld (loop/cycle.h), of what all objects share
// the process ends before its next write (docs/decisions/0014).
#pragma once

#include <stdexcept>
#include <string>

namespace aia {

/// Where a call stands: std::source_location, which clang 14 lacks.
struct Place {
  const char* file;
  int line;
  static constexpr Place current(const char* in = __builtin_FILE(), int at = __builtin_LINE()) { return {in, at}; }
};

/// Thrown where an invariant does not hold: "file:line: words".
class BrokenInvariant : public std::logic_error {
 public:
  explicit BrokenInvariant(const std::string& words, Place at = Place::current())
      : std::logic_error(std::string(at.file) + ":" + std::to_string(at.line) + ": " + words) {}
};

/// An invariant of what all objects share: the order of writes, the lease, budgets.
class BrokenShared : public BrokenInvariant {
 public:
  using BrokenInvariant::BrokenInvariant;
};

/// Throws BrokenInvariant unless it holds. `words` say what is the case instead.
inline void ensure(bool holds, const char* words, Place at = Place::current()) {
  if (!holds) throw BrokenInvariant(words, at);
}

/// The same for what all objects share.
inline void ensure_shared(bool holds, const char* words, Place at = Place::current()) {
  if (!holds) throw BrokenShared(words, at);
}

}  // namespace aia
