// When silence is long enough, and what a process that stands still says and does last.
#include "controller/host/watchdog.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/sanitized.h"

using namespace aia;
using aia::testing::kThreadSanitizer;
using namespace std::chrono_literals;

namespace {

/// What a program prints on stderr, and its exit code.
std::pair<std::string, int> outcome_of(const std::string& command) {
  std::string said;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
  const int status = ::pclose(pipe);
  return {said, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

}  // namespace

TEST_CASE("silence counts from the last cycle that ended, in time that was lived through") {
  Silence silence(10s);
  for (int i = 0; i < 9; ++i) CHECK_FALSE(silence.look(0, 1s));
  CHECK_FALSE(silence.look(1, 1s));  // the first cycle has ended: from here on
  for (int i = 0; i < 8; ++i) CHECK_FALSE(silence.look(1, 1s));
  SECTION("ten seconds in a row") {
    CHECK(silence.look(1, 1s));
  }
  SECTION("a cycle just in time") {
    CHECK_FALSE(silence.look(2, 1s));
    CHECK_FALSE(silence.look(2, 1s));
  }
}

TEST_CASE("a process that was suspended for an hour gets its time when it wakes") {
  Silence silence(10s);
  CHECK_FALSE(silence.look(1, 1s));
  CHECK_FALSE(silence.look(1, 3600s));  // counts as the longest look
  for (int i = 0; i < 6; ++i) CHECK_FALSE(silence.look(1, 1s));
  CHECK(silence.look(1, 1s));
}

TEST_CASE("a loop that stands still ends the process, which says what its threads wait for") {
  const auto [said, code] = outcome_of(std::string(AIA_STUCK_LOOP) + " 2>&1");
  INFO(said);
  CHECK(code == Watchdog::kExitCode);
  std::map<std::string, nlohmann::json> threads;
  std::size_t lines = 0;
  for (std::size_t from = 0, to = 0; (to = said.find('\n', from)) != std::string::npos; from = to + 1, ++lines) {
    const auto line = nlohmann::json::parse(said.substr(from, to - from));
    CHECK(line["level"] == "error");
    if (line.contains("thread")) threads[line["thread"]] = line;
    if (lines == 0) CHECK_THAT(line["message"].get<std::string>(), Catch::Contains("no cycle has ended"));
  }
  CHECK(lines == (kThreadSanitizer ? 5 : 4));  // why, main, watchdog, loop; TSan has a thread of its own
  REQUIRE(threads.contains("loop"));
  CHECK(threads["loop"]["state"] == "S");
  // TSan keeps signals from a thread until it calls something, so that one that waits never shows its stack.
  if (!kThreadSanitizer) CHECK_FALSE(threads["loop"]["stack"].empty());
  REQUIRE(threads.contains("watchdog"));
}

TEST_CASE("last words that nobody takes do not keep the process") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_NONBLOCK) == 0);
  while (::write(ends[1], "x", 1) == 1) continue;  // full
  REQUIRE(::fcntl(ends[1], F_SETFL, 0) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::execl(AIA_STUCK_LOOP, "stuck_loop", nullptr);
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == Watchdog::kExitCode);
  ::close(ends[0]);
  ::close(ends[1]);
}
