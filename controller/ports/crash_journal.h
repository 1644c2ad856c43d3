// What is being worked on, noted where it outlives the process: an object during which the process ended twice is set
// aside by the next one, so that it does not end for all others, again and again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace aia::ports {

class CrashJournal {
 public:
  /// How an end meanwhile is read: work that computes is to blame however the process ends, work that waits for a
  /// server only where the process ended by its own fault.
  enum class Work { Computes, Waits };

  CrashJournal() = default;
  CrashJournal(const CrashJournal&) = delete;
  CrashJournal& operator=(const CrashJournal&) = delete;
  virtual ~CrashJournal() = default;

  /// This thread works on the object from now on, until end() is called with what this returns. From any thread; cheap.
  virtual int begin(const std::string& uid, std::int64_t generation, Work work) = 0;
  virtual void end(int note) = 0;

  /// Why this generation of the object is set aside, in words; unset: it is not.
  [[nodiscard]] virtual std::optional<std::string> set_aside(const std::string& uid, std::int64_t generation) const = 0;
};

/// A note for as long as this lives.
class Noted {
 public:
  Noted(CrashJournal* journal, const std::string& uid, std::int64_t generation, CrashJournal::Work work)
      : journal_(journal), note_(journal != nullptr ? journal->begin(uid, generation, work) : 0) {}
  ~Noted() {
    if (journal_ != nullptr) journal_->end(note_);
  }
  Noted(const Noted&) = delete;
  Noted& operator=(const Noted&) = delete;

  /// The process ends because of it: the note stays.
  void keep() { journal_ = nullptr; }

 private:
  CrashJournal* journal_;
  const int note_;
};

}  // namespace aia::ports
