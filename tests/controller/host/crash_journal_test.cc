// Process ends, played by opening the journal's file again: during which objects, how often, and by whose fault.
#include "controller/host/crash_journal.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

using namespace aia;
using namespace std::chrono_literals;
using Work = ports::CrashJournal::Work;

namespace {

struct Folder {
  std::string path;
  WallTime now{Millis(1'800'000'000'000)};
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "aia-journal-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::unique_ptr<FileCrashJournal> start(const std::string& version = "1") const {
    auto opened = FileCrashJournal::open(path, version, now);
    REQUIRE(opened.ok());
    return std::move(*opened);
  }
  /// A process that ends while it works on the object.
  void end_during(const std::string& uid, std::int64_t generation = 1, Work work = Work::Computes) const {
    start()->begin(uid, generation, work);
  }
};

}  // namespace

TEST_CASE_METHOD(Folder, "an object during which the process ended twice is set aside until its spec changes") {
  end_during("a");
  CHECK_FALSE(start()->set_aside("a", 1));
  end_during("a");
  static_cast<void>(start());
  now += 48h;  // for good
  const auto journal = start();
  const auto why = journal->set_aside("a", 1);
  REQUIRE(why);
  CHECK_THAT(*why, Catch::Contains("ended twice") && Catch::Contains("2027-") && Catch::Contains("change its spec"));
  CHECK_FALSE(journal->set_aside("a", 2));
  CHECK_FALSE(journal->set_aside("b", 1));
}

TEST_CASE_METHOD(Folder, "what does not count: work that was done, an orderly end, ends a day apart, another spec") {
  SECTION("done") {
    for (int i = 0; i < 2; ++i) {
      const auto journal = start();
      journal->end(journal->begin("a", 1, Work::Computes));
    }
  }
  SECTION("an orderly end") {
    for (int i = 0; i < 2; ++i) {
      const auto journal = start();
      journal->begin("a", 1, Work::Computes);
      journal->orderly_end();
    }
  }
  SECTION("long ago") {
    end_during("a");
    static_cast<void>(start());
    now += 25h;
    end_during("a");
  }
  SECTION("of another spec") {
    end_during("a", 0);
    end_during("a", 1);
  }
  SECTION("killed while it waited for a server") {
    end_during("a", 1, Work::Waits);
    end_during("a", 1, Work::Waits);
  }
  CHECK_FALSE(start()->set_aside("a", 1));
}

TEST_CASE_METHOD(Folder, "waiting for a server counts where the process ended by its own fault") {
  for (int i = 0; i < 2; ++i) {
    const auto journal = start();
    journal->begin("a", 1, Work::Waits);
    journal->at_fault();
  }
  CHECK(start()->set_aside("a", 1));
}

TEST_CASE_METHOD(Folder, "another version tries again what was set aside") {
  end_during("a");
  end_during("a");
  CHECK(start()->set_aside("a", 1));
  CHECK_FALSE(start("2")->set_aside("a", 1));
}

TEST_CASE_METHOD(Folder, "what a process was at when a signal ended it is in the file, and that it was its fault") {
  for (const int signal : {SIGABRT, SIGSEGV}) {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto journal = FileCrashJournal::open(path, "1", now);
      if (!journal) ::_exit(1);
      (*journal)->note_faults();
      (*journal)->begin("a", 1, Work::Waits);
      ::raise(signal);
      ::_exit(2);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
  }
  CHECK(start()->set_aside("a", 1));
}

TEST_CASE_METHOD(Folder, "more threads and more objects than there is room for are no trouble") {
  for (std::size_t round = 0; round < 2 * FileCrashJournal::kTallies / FileCrashJournal::kNotes; ++round) {
    const auto journal = start();
    now += 1s;
    for (std::size_t i = 0; i < 2 * FileCrashJournal::kNotes; ++i)
      journal->begin("object-" + std::to_string(round) + "-" + std::to_string(i) + std::string(100, 'x'), 1,
                     Work::Computes);
  }
  CHECK(std::filesystem::file_size(path + "/crash-journal") < 64'000);
  end_during("a");
  end_during("a");
  CHECK(start()->set_aside("a", 1));
}

TEST_CASE_METHOD(Folder,
                 "a file that is something else is begun anew, and one that another process has is left alone") {
  { std::ofstream(path + "/crash-journal") << std::string(40'000, 'x'); }
  end_during("a");
  end_during("a");
  const auto journal = start();
  CHECK(journal->set_aside("a", 1));
  const auto second = FileCrashJournal::open(path, "1", now);
  REQUIRE_FALSE(second.ok());
  CHECK_THAT(second.error().message, Catch::Contains("another process has it"));
  CHECK_FALSE(FileCrashJournal::open(path + "/nowhere", "1", now).ok());
}
