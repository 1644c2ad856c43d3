// Ends the process with _Exit, which runs no destructors: a thread that hangs cannot delay the end. The journal lives
// in a global, because a terminate handler has no arguments.
#include "cli/ending.h"

#include <cstdlib>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "controller/serve/json_log.h"

namespace aia {
namespace {

constexpr Millis kShutdown{1'800};  // of the promised two seconds
constexpr int kInternalError = 70;  // EX_SOFTWARE

std::unique_ptr<FileCrashJournal> own_journal;

[[noreturn]] void terminated() {
  std::string what = "unknown";
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    what = failure.what();
  } catch (...) {
  }
  end_broken_process(what);
}

}  // namespace

void end_in_time() {
  std::thread([] {
    std::this_thread::sleep_for(kShutdown);
    serve::log_line(serve::LogLevel::Warning, "ended before all threads did");
    std::_Exit(EXIT_SUCCESS);
  }).detach();
}

void end_broken_process(const std::string& what) {
  if (own_journal) own_journal->at_fault();
  serve::log_line(serve::LogLevel::Error, "internal error", {{"error", what}});
  std::_Exit(kInternalError);
}

void end_on_unexpected() {
  std::set_terminate(terminated);
}

FileCrashJournal* open_journal(const std::string& state_dir, const std::string& version, WallTime now) {
  std::string why = "there is no --state-dir";
  if (!state_dir.empty()) {
    auto opened = FileCrashJournal::open(state_dir, version, now);
    if (opened) {
      own_journal = std::move(*opened);
      own_journal->note_faults();
      return own_journal.get();
    }
    why = opened.error().message;
  }
  serve::log_line(serve::LogLevel::Warning, "no crash journal: an object that ends the process is not set aside",
                  {{"reason", why}});
  return nullptr;
}

}  // namespace aia
