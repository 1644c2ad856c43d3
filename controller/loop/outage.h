// A server that does not answer must not hold a cycle for one time-out per object: after a few in a row the rest of the
// step waits for the next cycle.
#pragma once

#include "controller/api/result.h"

namespace aia::loop {

class Outage {
 public:
  /// True once the server has failed to answer three times in a row.
  [[nodiscard]] bool is_on() const { return in_a_row_ >= 3; }

  /// Notes the outcome of a call.
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
