// How the process ends other than by returning: in time when it was asked to, and at once where something is wrong that
// every object shares. What it was at is noted for the next one (host/crash_journal.h). The watchdog has its own end.
#pragma once

#include <string>

#include "controller/host/crash_journal.h"

namespace aia {

/// Ends the process when an orderly end takes longer than promised: a query that waits for its deadline holds no write.
void end_in_time();

/// A broken invariant of what all objects share, or an exception that nobody expected: the process ends before it
/// writes again, and the next one starts from the truth.
[[noreturn]] void end_broken_process(const std::string& what);

/// From now on an exception that no thread catches ends the process like that.
void end_on_unexpected();

/// The journal of this process, for as long as it lives; nullptr where there is none, which is worth a line: then
/// nothing is set aside.
FileCrashJournal* open_journal(const std::string& state_dir, const std::string& version, WallTime now);

}  // namespace aia
