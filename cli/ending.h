// Ends of the process other than a return from run(): in time after a signal, and at once when an invariant that all
// objects share is broken. The crash journal notes the work under way for the next process (host/crash_journal.h). The
// watchdog ends a stuck process by itself (host/watchdog.h).
#pragma once

#include <string>

#include "controller/host/crash_journal.h"

namespace aia {

/// Ends the process when an orderly end takes longer than promised. A query that waits for its deadline may be cut off,
/// because no write depends on the query.
void end_in_time();

/// Ends the process before its next write, after a broken invariant that all objects share or an unexpected exception.
/// The next process starts from the cluster's state.
[[noreturn]] void end_broken_process(const std::string& what);

/// From now on an exception that no thread catches ends the process as end_broken_process() does.
void end_on_unexpected();

/// The journal of this process, valid until the process ends. nullptr, with a warning in the log, when no journal can
/// be kept: then no object is set aside after a crash.
FileCrashJournal* open_journal(const std::string& state_dir, const std::string& version, WallTime now);

}  // namespace aia
