// Invariants: what must hold if this program is right. A broken invariant means a fault in the program, not in the
// input, so nothing computed from the faulty state may be acted on. If the invariant concerns one object, the
// controller withholds the object's writes (loop/workload/workload.h). If all objects share the invariant, the process
// ends before its next write (docs/decisions/0014).
#pragma once

#include <stdexcept>
#include <string>

namespace aia {

/// File and line of a call, as std::source_location, which clang 14 lacks.
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

/// An invariant that all objects share: the order of writes, the lease, budgets.
class BrokenShared : public BrokenInvariant {
 public:
  using BrokenInvariant::BrokenInvariant;
};

/// Throws BrokenInvariant unless `holds`. `words` say what is the case instead.
inline void ensure(bool holds, const char* words, Place at = Place::current()) {
  if (!holds) throw BrokenInvariant(words, at);
}

/// As ensure(), for an invariant that all objects share.
inline void ensure_shared(bool holds, const char* words, Place at = Place::current()) {
  if (!holds) throw BrokenShared(words, at);
}

}  // namespace aia
