// What each thread of this process waits for, for the log of a process that stands still: one JSON line a thread with
// its name, what the kernel says of it, and its stack. Works when the log, the HTTP library or the heap is what is
// stuck: no lock of ours or of the heap is taken (dladdr takes the loader's), nothing is allocated, lines go out by
// write(2). Source: proc(5), tgkill(2), backtrace(3).
#pragma once

#include "base/time.h"

namespace aia {

/// Takes what the first use of a stack needs (a library, memory); call it while all is well.
void prepare_thread_report();

/// Writes a line with `message` and `limit`, then a line for each thread, 128 of them at most (it says when there are
/// more). A thread that does not tell its stack within a third of a second has none in its line.
void report_threads(int fd, const char* message, Millis limit);

}  // namespace aia
