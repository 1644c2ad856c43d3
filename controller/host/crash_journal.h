// The crash journal as one file of fixed size in `--state-dir`, mapped into memory: a note costs a few stores, and is
// there after whatever end but that of the machine. On opening, the notes that an end left behind are counted by
// object; an orderly end leaves none. Two within a day set the object aside until its spec changes, it is deleted, or
// another version of the controller starts. Source: mmap(2), flock(2), signal-safety(7).
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
  static constexpr std::size_t kNotes = 64;     ///< threads at work at a time; more are not noted
  static constexpr std::size_t kTallies = 256;  ///< objects during which the process ended; the oldest is forgotten
  static constexpr int kEnds = 2;               ///< so many set an object aside

  /// Errors: Unavailable, when the file cannot be made, is full of something else, or another process has it.
  static Result<std::unique_ptr<FileCrashJournal>> open(const std::string& directory, const std::string& version,
                                                        WallTime now);
  ~FileCrashJournal() override;

  int begin(const std::string& uid, std::int64_t generation, Work work) override;
  void end(int note) override;
  [[nodiscard]] std::optional<std::string> set_aside(const std::string& uid, std::int64_t generation) const override;

  /// The process ends because it was asked to: what is noted says nothing.
  void orderly_end();

  /// The process ends by its own fault.
  void at_fault();

  /// From now on a signal that a fault raises (SIGSEGV, SIGABRT and their like) is noted as one.
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
