// A server that does not answer must not hold a cycle for one time-out per object: after a few in a row the rest of the
// pass waits for the next cycle. Reads count as well, but for the last of the few: one write is always tried.
#pragma once

#include "controller/api/result.h"

namespace aia::loop {

class Outage {
 public:
  /// True once the server has failed to answer three times in a row.
  [[nodiscard]] bool is_on() const { return in_a_row_ >= 3; }

  /// Notes a read that failed. Reads alone never stop the writes: a status may be what says that they fail.
  void note_read(const Error& error) {
    if (in_a_row_ < 2) note_error(error);
  }

  /// Notes the outcome of a write.
  void note(const Status& outcome) { outcome.ok() ? note_answer() : note_error(outcome.error()); }
  void note_answer() { in_a_row_ = 0; }
  void note_error(const Error& error) {
    const bool silent =
        error.kind == ErrorKind::Unavailable || error.kind == ErrorKind::Timeout || error.kind == ErrorKind::Throttled;
    in_a_row_ = silent ? in_a_row_ + 1 : 0;
  }

 private:
  int in_a_row_ = 0;
};

}  // namespace aia::loop
