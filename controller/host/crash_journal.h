// The crash journal as a file of fixed size in `--state-dir`, mapped into memory. A note costs a few stores. The note
// survives every end of the process, but not a crash of the machine. On opening, the notes left behind by the last
// process are counted per object; after an orderly end they do not count. Two ends within a day set the object aside,
// until its spec changes, the object is deleted, or another version of the controller starts. Source: mmap(2),
// flock(2), signal-safety(7).
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "controller/ports/crash_journal.h"

namespace aia {

class FileCrashJournal final : public ports::CrashJournal {
 public:
  static constexpr std::size_t kNotes = 64;     ///< threads at work at a time; further threads are not noted
  static constexpr std::size_t kTallies = 256;  ///< objects during which the process ended; the oldest is forgotten
  static constexpr int kEnds = 2;               ///< this many ends set an object aside

  /// Opens or creates the file. Content of another format is overwritten. Errors: Unavailable, when the file cannot be
  /// opened, sized (the disk is full) or mapped, or when another process holds its lock.
  static Result<std::unique_ptr<FileCrashJournal>> open(const std::string& directory, const std::string& version,
                                                        WallTime now);
  ~FileCrashJournal() override;

  int begin(const std::string& uid, std::int64_t generation, Work work) override;
  void end(int note) override;
  [[nodiscard]] std::optional<std::string> set_aside(const std::string& uid, std::int64_t generation) const override;

  /// The process ends because it was asked to: the notes do not count.
  void orderly_end();

  /// The process ends by its own fault: notes of work that waits for a server count, too.
  void at_fault();

  /// From now on a signal raised by a fault (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) is recorded as a fault.
  void note_faults();

 private:
  struct File;
  FileCrashJournal(int fd, File* file) : fd_(fd), file_(file) {}
  void take_stock(const std::string& version, WallTime now);

  const int fd_;
  File* const file_;
  std::array<std::atomic<bool>, kNotes> taken_{};
};

}  // namespace aia
