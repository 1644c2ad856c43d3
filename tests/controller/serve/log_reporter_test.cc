// What is logged, and what is not logged again. The log goes to stderr: read back through a file.
#include "controller/serve/log_reporter.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

namespace aia::serve {
namespace {

/// Everything written to stderr while it lives.
class Captured {
 public:
  Captured() : file_(std::tmpfile()), saved_(::dup(STDERR_FILENO)) { ::dup2(::fileno(file_), STDERR_FILENO); }
  ~Captured() {
    restore();
    std::fclose(file_);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  std::vector<nlohmann::json> lines() {
    restore();
    std::rewind(file_);
    std::string all;
    for (int c = 0; (c = std::fgetc(file_)) != EOF;) all.push_back(static_cast<char>(c));
    std::vector<nlohmann::json> parsed;
    std::istringstream stream(all);
    for (std::string line; std::getline(stream, line);) parsed.push_back(nlohmann::json::parse(line));
    return parsed;
  }

 private:
  void restore() {
    if (saved_ < 0) return;
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    saved_ = -1;
  }
  std::FILE* file_;
  int saved_;
};

ports::CycleReport cycle_with(int desired, std::vector<ports::ErrorReport> errors = {}) {
  ports::CycleReport cycle;
  cycle.synced = true;
  ports::ObjectReport object;
  object.key = {"serving", "llm"};
  object.current = 2;
  object.desired = desired;
  object.action = desired > 2 ? "ScaleOut" : "Hold";
  object.reasons = {{"Reactive", "118 requests/s need 10 replicas \xff"}};
  object.errors = std::move(errors);
  cycle.objects = {object};
  return cycle;
}

TEST_CASE("a decision is logged when it changes, with its reasons, trouble when it begins and ends") {
  LogReporter reporter;
  Captured captured;
  const ports::ErrorReport error{"observe", ErrorKind::Timeout, "no answer"};
  for (const auto& cycle : {cycle_with(2), cycle_with(2), cycle_with(10), cycle_with(10, {error}),
                            cycle_with(10, {error}), cycle_with(10)}) {
    reporter.report(cycle);
  }
  const auto lines = captured.lines();
  std::vector<std::string> messages;
  for (const auto& line : lines) messages.push_back(line.at("message"));
  CHECK(messages == std::vector<std::string>{"caches are in", "decision", "decision", "trouble", "trouble is over"});
  CHECK(lines.at(2).at("autoscaler") == "serving/llm");
  CHECK(lines.at(2).at("desired") == 10);
  CHECK(lines.at(2).at("reasons").at(0).at("code") == "Reactive");
  CHECK(lines.at(3).at("level") == "warning");
  CHECK(lines.at(3).at("error") == "no answer");
}

}  // namespace
}  // namespace aia::serve
