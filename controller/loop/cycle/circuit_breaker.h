// A silent API server must not hold up a cycle for a time-out per object. After three silences in a row, further writes
// of the step wait for the next cycle. Silence is no answer, or the request to slow down. An answer with an error (an
// admission webhook that is down, a 500) is the object's own error, however many objects get such an answer. Failed
// reads count, too, but only up to two: at least one write is always tried.
#pragma once

#include <algorithm>

#include "base/result.h"

namespace aia::loop {

class CircuitBreaker {
 public:
  /// True once the server has failed to answer three times in a row: no further write is sent.
  [[nodiscard]] bool is_open() const { return in_a_row_ >= kFew; }

  /// Begins a new step with room for another silence, so that silences of earlier steps never stop all its writes.
  void give_another_try() { in_a_row_ = std::min(in_a_row_, kFew - 1); }

  /// Notes a failed read. Reads alone never stop writes, because the write of a status may report the failed reads.
  void note_read(const Error& error) {
    if (in_a_row_ < kFew - 1) note_error(error);
  }

  /// Notes the outcome of a write.
  void note(const Status& outcome) { outcome.ok() ? note_answer() : note_error(outcome.error()); }
  void note_answer() { in_a_row_ = 0; }
  void note_error(const Error& error) { in_a_row_ = is_silence(error) ? in_a_row_ + 1 : 0; }

  /// True when the server did not answer, or asked to slow down.
  [[nodiscard]] static bool is_silence(const Error& error) {
    return error.kind == ErrorKind::Throttled ||
           (!error.answered && (error.kind == ErrorKind::Unavailable || error.kind == ErrorKind::Timeout));
  }

 private:
  static constexpr int kFew = 3;

  int in_a_row_ = 0;
};

}  // namespace aia::loop
