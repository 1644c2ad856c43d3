// Polls both pipes and looks for the child's end with waitid(WNOWAIT). The child stays unreaped until its whole process
// group is killed, because only until then its pid is certain to name that group. Source: waitid(2), setpgid(2).
#include "controller/kube/credentials/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <map>
#include <system_error>

namespace aia::kube {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxErrorBytes = 2048;
constexpr int kLookMs = 50;  // how often to look for the child's end while no output comes

std::string words(int code) {
  return std::generic_category().message(code);
}

class Pipe {
 public:
  Pipe() { ok_ = pipe2(ends_.data(), O_CLOEXEC) == 0 && fcntl(ends_[0], F_SETFL, O_NONBLOCK) == 0; }
  ~Pipe() {
    close_writer();
    if (ends_[0] >= 0) close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] int reader() const { return ends_[0]; }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
  }
  /// Reads all bytes available and keeps at most `keep` bytes in `text`. False at the end of the stream.
  bool read_into(std::string& text, std::size_t keep, bool& overflowed) const {
    char buffer[4096];
    for (;;) {
      const ssize_t got = read(reader(), buffer, sizeof buffer);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return false;
      if (got < 0) return true;
      const auto size = static_cast<std::size_t>(got);
      const std::size_t room = keep - text.size();
      overflowed = overflowed || size > room;
      text.append(buffer, std::min(size, room));
    }
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool ok_ = false;
};

std::vector<std::string> environment_of(const ChildProcess& child) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : child.environment) all[name] = value;
  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
  return lines;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Starts the child in a process group of its own, so that a kill also reaches the processes that the child starts. The
/// child gets default signals, because we block ours, and no descriptors but the standard three.
int spawn(const ChildProcess& child, const Pipe& out, const Pipe& err, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.writer(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.writer(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);

  std::vector<std::string> arguments = child.arguments;
  arguments.insert(arguments.begin(), child.command);
  std::vector<std::string> environment = environment_of(child);
  const int failed = posix_spawnp(&pid, child.command.c_str(), &actions, &attributes, pointers(arguments).data(),
                                  pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

/// Whether the child has ended. The child is not reaped yet, so the system cannot give its pid, which also names its
/// group, to another process.
bool has_ended(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/// Kills the child's process group, reaps the child and returns its exit code.
int reap(pid_t pid) {
  kill(-pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Why to kill a child that still runs; nullopt: the child may go on.
std::optional<Error> why_kill(const ChildProcess& child, bool too_much, Clock::time_point until,
                              const std::stop_token& stop) {
  if (Clock::now() >= until)
    return Error{ErrorKind::Timeout, "it was not done after " + format_duration(child.timeout), {}};
  if (stop.stop_requested()) return Error{ErrorKind::Unavailable, "stopped", {}};
  if (too_much) return Error{ErrorKind::Unavailable, "it prints too much", {}};
  return std::nullopt;
}

}  // namespace

Result<ChildOutcome> run_child(const ChildProcess& child, const std::stop_token& stop) {
  Pipe out;
  Pipe err;
  if (!out.ok() || !err.ok()) return Error{ErrorKind::Unavailable, "no pipe: " + words(errno), {}};
  const auto until = Clock::now() + child.timeout;
  pid_t pid = 0;
  if (const int failed = spawn(child, out, err, pid); failed != 0) {
    return Error{failed == ENOENT ? ErrorKind::NotFound : ErrorKind::Invalid, words(failed), {}};
  }
  out.close_writer();
  err.close_writer();

  ChildOutcome outcome;
  bool too_much = false;
  bool ignored = false;
  std::array<pollfd, 2> ends{pollfd{out.reader(), POLLIN, 0}, pollfd{err.reader(), POLLIN, 0}};
  for (;;) {
    const bool ended = has_ended(pid);  // checked before the last read, so that no output is missed
    if (ends[0].fd >= 0 && !out.read_into(outcome.output, child.max_output_bytes, too_much)) ends[0].fd = -1;
    if (ends[1].fd >= 0 && !err.read_into(outcome.errors, kMaxErrorBytes, ignored)) ends[1].fd = -1;
    if (ended) break;
    if (const std::optional<Error> why = why_kill(child, too_much, until, stop)) {
      reap(pid);
      return *why;
    }
    poll(ends.data(), ends.size(), kLookMs);
  }
  outcome.exit_code = reap(pid);
  if (too_much) return Error{ErrorKind::Unavailable, "it prints too much", {}};
  return outcome;
}

}  // namespace aia::kube
