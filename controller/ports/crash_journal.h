// A record, outliving the process, of the object that each thread works on. If the process ended twice during the same
// object, the next process sets the object aside, so that a single bad object does not stop all objects again and
// again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace aia::ports {

class CrashJournal {
 public:
  /// Which ends count against an object. Computes: every end during the work. Waits (for a server): only ends by the
  /// process's own fault.
  enum class Work { Computes, Waits };

  CrashJournal() = default;
  CrashJournal(const CrashJournal&) = delete;
  CrashJournal& operator=(const CrashJournal&) = delete;
  virtual ~CrashJournal() = default;

  /// Notes that this thread works on the object, until end() gets the returned note. From any thread; cheap.
  virtual int begin(const std::string& uid, std::int64_t generation, Work work) = 0;
  virtual void end(int note) = 0;

  /// Why this generation of the object is set aside, in words; unset: not set aside.
  [[nodiscard]] virtual std::optional<std::string> set_aside(const std::string& uid, std::int64_t generation) const = 0;
};

/// A note in the journal for the lifetime of this object; no note without a journal.
class Noted {
 public:
  Noted(CrashJournal* journal, const std::string& uid, std::int64_t generation, CrashJournal::Work work)
      : journal_(journal), note_(journal != nullptr ? journal->begin(uid, generation, work) : 0) {}
  ~Noted() {
    if (journal_ != nullptr) journal_->end(note_);
  }
  Noted(const Noted&) = delete;
  Noted& operator=(const Noted&) = delete;

  /// Leaves the note in the journal, because the process ends during this work.
  void keep() { journal_ = nullptr; }

 private:
  CrashJournal* journal_;
  const int note_;
};

}  // namespace aia::ports
