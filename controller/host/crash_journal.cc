// The mapped file is a plain struct; opening turns the notes of the last process into tallies per object. The file's
// content is never trusted: every field is text or a number of known length. The signal handler only sets a lock-free
// flag in the mapping.
#include "controller/host/crash_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "controller/serve/json_log.h"

namespace aia {
namespace journal {  // named, because FileCrashJournal::File, which is not local to this file, has these types

constexpr auto kMemory = std::chrono::hours(24);  ///< how long an end counts if its object was not set aside
constexpr std::string_view kFormat = "aia crash journal 1";

using Flag = std::atomic<std::uint8_t>;
static_assert(Flag::is_always_lock_free);

template <std::size_t N>
struct Text {
  std::array<char, N> bytes{};
  void set(std::string_view text) {
    bytes = {};
    std::copy_n(text.begin(), std::min(text.size(), N - 1), bytes.begin());
  }
  [[nodiscard]] std::string_view view() const { return {bytes.data(), ::strnlen(bytes.data(), N - 1)}; }
  /// Compares with `text` cut to the length of this field.
  [[nodiscard]] bool is(std::string_view text) const { return view() == text.substr(0, N - 1); }
};
using Uid = Text<48>;

struct Note {
  Uid uid;
  std::int64_t generation = 0;
  bool waits = false;
  Flag used{0};  ///< set last, after all other fields
};

struct Tally {
  Uid uid;
  std::int64_t generation = 0;
  std::int64_t ends = 0, last_ms = 0;
  [[nodiscard]] bool sets_aside() const { return ends >= FileCrashJournal::kEnds; }
};

}  // namespace journal

namespace {

using namespace journal;

Flag* fault_flag = nullptr;  ///< in the file of this process's journal

void on_fault(int signal) {
  if (fault_flag != nullptr) fault_flag->store(1);
  static_cast<void>(std::signal(signal, SIG_DFL));
  static_cast<void>(std::raise(signal));  // delivered after this handler returns, with its default effect
}

Error problem(const std::string& path, const char* what) {
  return {ErrorKind::Unavailable, path + ": " + what + ": " + std::generic_category().message(errno)};
}

}  // namespace

struct FileCrashJournal::File {
  Text<32> format;
  Text<32> version;
  Flag orderly{0}, fault{0};
  std::array<Note, kNotes> notes{};
  std::array<Tally, kTallies> tallies{};
};

Result<std::unique_ptr<FileCrashJournal>> FileCrashJournal::open(const std::string& directory,
                                                                 const std::string& version, WallTime now) {
  const auto path = (std::filesystem::path(directory) / "crash-journal").string();
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return problem(path, "cannot be opened");
  const auto failed = [&](const char* what) {
    auto error = problem(path, what);
    ::close(fd);
    return error;
  };
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return failed("another process has it");
  if (const int full = ::posix_fallocate(fd, 0, sizeof(File)); full != 0) return errno = full, failed("no room for it");
  void* memory = ::mmap(nullptr, sizeof(File), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return failed("cannot be mapped");
  auto* file = static_cast<File*>(memory);
  if (file->format.view() != kFormat) {
    new (file) File();  // a new file, or another format
    file->format.set(kFormat);
  }
  std::unique_ptr<FileCrashJournal> journal(new FileCrashJournal(fd, file));
  journal->take_stock(version, now);
  return journal;
}

FileCrashJournal::~FileCrashJournal() {
  if (fault_flag == &file_->fault) fault_flag = nullptr;
  ::munmap(file_, sizeof(File));
  ::close(fd_);
}

/// Turns the notes of the last process into tallies, and clears the notes.
void FileCrashJournal::take_stock(const std::string& version, WallTime now) {
  const auto now_ms = now.time_since_epoch().count();
  const bool another = !file_->version.is(version);
  for (auto& tally : file_->tallies) {
    const bool recent = tally.last_ms <= now_ms && now_ms - tally.last_ms <= Millis(kMemory).count();
    if (another || !(recent || tally.sets_aside())) tally = {};
  }
  const bool orderly = file_->orderly.exchange(0) != 0, fault = file_->fault.exchange(0) != 0;
  for (auto& note : file_->notes) {
    if (note.used.exchange(0) == 0 || orderly || (note.waits && !fault)) continue;
    auto& tallies = file_->tallies;
    auto own = std::find_if(tallies.begin(), tallies.end(),
                            [&](const Tally& one) { return one.ends > 0 && one.uid.view() == note.uid.view(); });
    if (own == tallies.end())
      own = std::min_element(tallies.begin(), tallies.end(),
                             [](const Tally& a, const Tally& b) { return a.last_ms < b.last_ms; });
    const bool same = own->ends > 0 && own->uid.view() == note.uid.view() && own->generation == note.generation;
    *own = {note.uid, note.generation, std::min<std::int64_t>(same ? own->ends + 1 : 1, kEnds), now_ms};
    serve::log_line(serve::LogLevel::Error, "the process ended while it worked on an object",
                    {{"uid", std::string(note.uid.view())}, {"ends", own->ends}, {"set_aside", own->sets_aside()}});
  }
  file_->version.set(version);
}

int FileCrashJournal::begin(const std::string& uid, std::int64_t generation, Work work) {
  for (std::size_t i = 0; i < kNotes; ++i) {
    if (taken_[i].exchange(true)) continue;
    Note& note = file_->notes[i];
    note.uid.set(uid);
    note.generation = generation;
    note.waits = work == Work::Waits;
    note.used = 1;
    return static_cast<int>(i);
  }
  return -1;
}

void FileCrashJournal::end(int note) {
  if (note < 0) return;
  file_->notes[static_cast<std::size_t>(note)].used = 0;
  taken_[static_cast<std::size_t>(note)] = false;
}

std::optional<std::string> FileCrashJournal::set_aside(const std::string& uid, std::int64_t generation) const {
  for (const Tally& tally : file_->tallies) {
    if (!tally.sets_aside() || tally.generation != generation || !tally.uid.is(uid)) continue;
    return "the controller ended twice while it worked on this object, last before " +
           format_rfc3339(WallTime(Millis(tally.last_ms))) +
           ": it decides and writes nothing for it but this; please report it (docs/runbook.md), and change its spec "
           "to "
           "have it tried again";
  }
  return std::nullopt;
}

void FileCrashJournal::orderly_end() {
  file_->orderly = 1;
}

void FileCrashJournal::at_fault() {
  file_->fault = 1;
}

void FileCrashJournal::note_faults() {
  fault_flag = &file_->fault;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) static_cast<void>(std::signal(signal, on_fault));
}

}  // namespace aia
