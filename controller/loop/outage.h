// A server that does not answer must not hold a cycle for one time-out per object: after a few in a row the rest of the
// step waits for the next cycle. Only silence counts, and being asked to slow down: an error that the server answered
// with (an admission webhook that is down, a 500) is that object's, however many objects have one. Reads count as well,
// but for the last of the few: one write is always tried.
#pragma once

#include <algorithm>

#include "base/result.h"

namespace aia::loop {

class Outage {
 public:
  /// True once the server has failed to answer three times in a row.
  [[nodiscard]] bool is_on() const { return in_a_row_ >= kFew; }

  /// A new step: one more silence is waited for, so that what one step met never keeps the next one from trying.
  void give_another_try() { in_a_row_ = std::min(in_a_row_, kFew - 1); }

  /// Notes a read that failed. Reads alone never stop the writes: a status may be what says that they fail.
  void note_read(const Error& error) {
    if (in_a_row_ < kFew - 1) note_error(error);
  }

  /// Notes the outcome of a write.
  void note(const Status& outcome) { outcome.ok() ? note_answer() : note_error(outcome.error()); }
  void note_answer() { in_a_row_ = 0; }
  void note_error(const Error& error) { in_a_row_ = is_silence(error) ? in_a_row_ + 1 : 0; }

  /// The server did not answer, or asked to slow down.
  [[nodiscard]] static bool is_silence(const Error& error) {
    return error.kind == ErrorKind::Throttled ||
           (!error.answered && (error.kind == ErrorKind::Unavailable || error.kind == ErrorKind::Timeout));
  }

 private:
  static constexpr int kFew = 3;

  int in_a_row_ = 0;
};

}  // namespace aia::loop
