// Reads the state of all threads first, then asks each thread for its stack, then writes. The order matters: the signal
// for the stack wakes a thread, which may then wait elsewhere. Memory is static, and /proc is read by plain system
// calls.
#include "controller/host/thread_report.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

namespace aia {
namespace {

constexpr std::size_t kMostThreads = 128;
constexpr int kMostFrames = 48;
constexpr int kPatience = 33;  ///< the wait for all stacks together, in steps of 10 ms

struct Thread {
  pid_t id = 0;
  std::array<char, 32> name{}, wait_channel{}, state{};
  std::array<char, 96> call{};
  std::array<void*, kMostFrames> stack{};
  std::atomic<int> depth{0};
};

std::array<Thread, kMostThreads> threads;
std::atomic<std::size_t> thread_count{0};

/// A JSON line, cut to its buffer. Characters other than plain text are left out, so that the line stays valid JSON.
class Line {
 public:
  Line& raw(std::string_view text) {
    for (const char c : text.substr(0, room_.size() - 8 - used_)) room_[used_++] = c;
    return *this;
  }
  Line& text(std::string_view text) {
    raw("\"");
    for (const char c : text)
      if (c >= ' ' && c <= '~' && c != '"' && c != '\\') raw({&c, 1});
    return raw("\"");
  }
  template <class Number>
  Line& number(Number value, int base = 10, int width = 0) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
    for (auto length = end - digits.data(); length < width; ++length) raw("0");
    return raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  Line& begin(const char* message) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const std::chrono::sys_seconds at{std::chrono::seconds(now.tv_sec)};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(at - day);
    raw("{\"time\":\"").number(static_cast<int>(date.year()), 10, 4).raw("-");
    number(static_cast<unsigned>(date.month()), 10, 2).raw("-").number(static_cast<unsigned>(date.day()), 10, 2);
    raw("T").number(time.hours().count(), 10, 2).raw(":").number(time.minutes().count(), 10, 2).raw(":");
    number(time.seconds().count(), 10, 2).raw(".").number(now.tv_nsec / 1000, 10, 6);
    return raw("Z\",\"level\":\"error\",\"message\":").text(message);
  }
  void write(int fd) {
    for (const char c : std::string_view("}\n")) room_[used_++] = c;
    for (std::size_t from = 0; from < used_;) {
      const auto wrote = ::write(fd, room_.data() + from, used_ - from);
      if (wrote < 0 && errno != EINTR) return;
      if (wrote > 0) from += static_cast<std::size_t>(wrote);
    }
  }
  [[nodiscard]] bool has_room() const { return used_ + 400 < room_.size(); }

 private:
  std::array<char, 8192> room_{};
  std::size_t used_ = 0;
};

/// The first line of /proc/self/task/ID/FILE; "unknown" if the kernel does not provide the file.
template <std::size_t N>
void read_task(pid_t id, const char* file, std::array<char, N>& into) {
  std::array<char, 64> path{};
  char* at = std::strcpy(path.data(), "/proc/self/task/") + std::strlen("/proc/self/task/");
  at = std::to_chars(at, path.data() + path.size() - 16, id).ptr;
  *at++ = '/';
  std::strcpy(at, file);
  const int fd = ::open(path.data(), O_RDONLY | O_CLOEXEC);
  const auto got = fd < 0 ? -1 : ::read(fd, into.data(), N - 1);
  if (fd >= 0) ::close(fd);
  into[got > 0 ? static_cast<std::size_t>(got) : 0] = '\0';
  if (got <= 0) std::strcpy(into.data(), "unknown");
  if (char* end = std::strchr(into.data(), '\n')) *end = '\0';
}

/// The state letter after the name in /proc/self/task/ID/stat: R runs, S sleeps, D waits for a device, T is stopped.
void read_state(Thread& thread) {
  std::array<char, 128> stat{};
  read_task(thread.id, "stat", stat);
  const char* end = std::strrchr(stat.data(), ')');
  if (end != nullptr && end[1] == ' ')
    thread.state = {end[2], '\0'};
  else
    std::strcpy(thread.state.data(), "unknown");
}

void look_at(pid_t id) {
  Thread& thread = threads[thread_count];
  thread.id = id;
  thread.depth = 0;
  read_task(id, "comm", thread.name);
  read_state(thread);
  read_task(id, "wchan", thread.wait_channel);
  read_task(id, "syscall", thread.call);
  ++thread_count;
}

/// Returns false if some threads were left out for lack of room.
bool look_at_all() {
  thread_count = 0;
  const int folder = ::open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  alignas(std::uint64_t) std::array<char, 4096> entries{};
  bool all = true;
  for (;;) {
    const auto got = folder < 0 ? 0 : ::syscall(SYS_getdents64, folder, entries.data(), entries.size());
    if (got <= 0) break;
    for (long at = 0; at < got;) {
      const char* entry = entries.data() + at;
      std::uint16_t length = 0;  // struct linux_dirent64: inode 8, offset 8, length 2, type 1, name
      std::memcpy(&length, entry + 16, sizeof length);
      const char* name = entry + 19;
      at += length;
      if (*name == '.') continue;
      all = thread_count < kMostThreads;
      if (all) look_at(std::atoi(name));
    }
  }
  if (folder >= 0) ::close(folder);
  return all;
}

int stack_signal() {
  return SIGRTMIN + 5;
}

/// The signal's handler: runs on the thread whose stack is wanted.
void tell_stack(int /*signal*/) {
  const int error = errno;
  const pid_t own = ::gettid();
  for (std::size_t i = 0; i < thread_count; ++i) {
    if (threads[i].id == own) threads[i].depth = ::backtrace(threads[i].stack.data(), kMostFrames);
  }
  errno = error;
}

void ask_for_stacks() {
  struct sigaction action {};
  action.sa_handler = tell_stack;
  action.sa_flags = SA_RESTART;
  ::sigaction(stack_signal(), &action, nullptr);
  for (std::size_t i = 0; i < thread_count; ++i) ::syscall(SYS_tgkill, ::getpid(), threads[i].id, stack_signal());
  for (int waited = 0; waited < kPatience; ++waited) {
    std::size_t told = 0;
    for (std::size_t i = 0; i < thread_count; ++i) told += threads[i].depth > 0 ? 1 : 0;
    if (told == thread_count) return;
    const timespec ten_ms{0, 10'000'000};
    ::nanosleep(&ten_ms, nullptr);
  }
}

/// "file+0xoffset function", as far as known. `addr2line -e FILE 0xOFFSET` prints the source line.
void put_frame(Line& line, void* frame) {
  Dl_info info{};
  const auto address = reinterpret_cast<std::uintptr_t>(frame);
  if (::dladdr(frame, &info) == 0 || info.dli_fname == nullptr) {
    line.raw("\"0x").number(address, 16).raw("\"");
    return;
  }
  const char* slash = std::strrchr(info.dli_fname, '/');
  line.raw("\"").raw(slash != nullptr ? slash + 1 : info.dli_fname).raw("+0x");
  line.number(address - reinterpret_cast<std::uintptr_t>(info.dli_fbase), 16);
  if (info.dli_sname != nullptr) line.raw(" ").raw(std::string_view(info.dli_sname).substr(0, 160));
  line.raw("\"");
}

void put_thread(const Thread& thread, int fd) {
  Line line;
  line.begin("a thread of the stuck process").raw(",\"thread\":").text(thread.name.data()).raw(",\"id\":");
  line.number(thread.id).raw(",\"state\":").text(thread.state.data());
  line.raw(",\"waits_in\":").text(thread.wait_channel.data()).raw(",\"syscall\":").text(thread.call.data());
  line.raw(",\"stack\":[");
  const int depth = thread.depth;
  const int own = 2;  // frames of the handler itself and of its call by the kernel
  for (int i = own; i < depth && line.has_room(); ++i) {
    if (i > own) line.raw(",");
    put_frame(line, thread.stack[static_cast<std::size_t>(i)]);
  }
  line.raw("]");
  line.write(fd);
}

}  // namespace

void prepare_thread_report() {
  std::array<void*, 4> frames{};
  static_cast<void>(::backtrace(frames.data(), static_cast<int>(frames.size())));
}

void report_threads(int fd, const char* message, Millis limit) {
  const bool all = look_at_all();
  Line first;
  first.begin(message)
      .raw(",\"limit_s\":")
      .number(limit.count() / 1000)
      .raw(",\"threads\":")
      .number(thread_count.load());
  if (!all) first.raw(",\"more_threads\":true");
  first.write(fd);
  ask_for_stacks();
  for (std::size_t i = 0; i < thread_count; ++i) put_thread(threads[i], fd);
}

}  // namespace aia
