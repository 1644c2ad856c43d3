// Reports the state of each thread of a process that stands still, for the log. Each thread gets a JSON line: its name,
// the kernel's view of the thread, and its stack. The report works even if the log, the HTTP library or the heap is
// stuck. So the report takes no lock of ours or of the heap (dladdr takes the loader's), allocates nothing, and writes
// by write(2). Source: proc(5), tgkill(2), backtrace(3).
#pragma once

#include "base/time.h"

namespace aia {

/// Loads the library and memory for the first stack trace. Call this function while the process is healthy.
void prepare_thread_report();

/// Writes a line with `message` and `limit`, then a line for each thread, at most 128. If there are more threads, the
/// first line says so. All threads together have a third of a second to report their stacks; a later stack is left out.
void report_threads(int fd, const char* message, Millis limit);

}  // namespace aia
