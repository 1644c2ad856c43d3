// What is logged, and what is not logged again. The log goes to stderr: read back through a file.
#include "controller/serve/log_reporter.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
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

std::vector<std::string> messages_of(const std::vector<nlohmann::json>& lines) {
  std::vector<std::string> messages;
  for (const auto& line : lines) messages.push_back(line.at("message"));
  return messages;
}

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
  CHECK(messages_of(lines) ==
        std::vector<std::string>{"caches are in", "decision", "decision", "trouble", "trouble is over"});
  CHECK(lines.at(2).at("autoscaler") == "serving/llm");
  CHECK(lines.at(2).at("desired") == 10);
  CHECK(lines.at(2).at("reasons").at(0).at("code") == "Reactive");
  CHECK(lines.at(3).at("level") == "warning");
  CHECK(lines.at(3).at("error") == "no answer");
}

TEST_CASE("each object's first decision is logged, however long it is followed and not led before") {
  LogReporter reporter;
  Captured captured;
  auto following = cycle_with(2), unread = cycle_with(2);
  following.leading = false;
  unread.objects[0].current.reset();
  for (const auto& cycle :
       {following, following, unread, cycle_with(2), cycle_with(2), unread, cycle_with(2), following, cycle_with(2)})
    reporter.report(cycle);
  CHECK(messages_of(captured.lines()) == std::vector<std::string>{"caches are in", "decision", "decision"});
}

/// Filters that docs/ tells to pipe the log through: "select(.key=="value")", or with !=.
struct Filter {
  std::string text, key, value;
  bool equal = true;
  [[nodiscard]] bool selects(const nlohmann::json& line) const {
    return (line.contains(key) && line.at(key) == value) == equal;
  }
};

std::vector<Filter> filters_in(const std::string& page) {
  std::ifstream file(AIA_SOURCE_DIR "/docs/" + page);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  static const std::regex pipe("jq (-c )?'([^']*)'"), shape(R"re(select\(\.(\w+)(==|!=)"([^"]+)"\))re");
  std::vector<Filter> filters;
  for (std::sregex_iterator found(text.begin(), text.end(), pipe), end; found != end; ++found) {
    std::smatch parts;
    const std::string filter = (*found)[2];
    INFO(page << ": " << filter);
    REQUIRE(std::regex_match(filter, parts, shape));  // this test has to learn any other
    filters.push_back({filter, parts[1], parts[3], parts[2] == "=="});
  }
  return filters;
}

TEST_CASE("the filters that the documentation names select lines of the log, and not all") {
  LogReporter reporter;
  Captured captured;
  auto cycle = cycle_with(2);
  cycle.objects[0].key.name = "llama-70b";
  cycle.objects.push_back(cycle.objects[0]);
  cycle.objects[1].key = {"serving", "other"};
  cycle.objects[1].errors = {{"observe", ErrorKind::Timeout, "no answer"}};
  reporter.report(cycle);
  const auto lines = captured.lines();
  std::size_t checked = 0;
  for (const std::string page : {"operations.md", "runbook.md"}) {
    for (const auto& filter : filters_in(page)) {
      INFO(page << ": " << filter.text);
      CHECK(std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return filter.selects(line); }));
      CHECK_FALSE(std::all_of(lines.begin(), lines.end(), [&](const auto& line) { return filter.selects(line); }));
      ++checked;
    }
  }
  CHECK(checked >= 4);
}

TEST_CASE("a jump of the wall clock is logged when it begins, and when it is over or followed") {
  LogReporter reporter;
  Captured captured;
  const auto clock = [](Millis off, Millis moved) {
    auto cycle = cycle_with(2);
    cycle.objects.clear();
    cycle.clock_off = off, cycle.clock_moved = moved;
    return cycle;
  };
  const Millis none{0}, hour = std::chrono::hours(1);
  for (const auto& cycle : {clock(none, none), clock(hour, none), clock(hour, none), clock(none, none),
                            clock(-hour, none), clock(none, -hour), clock(none, none)}) {
    reporter.report(cycle);
  }
  const auto lines = captured.lines();
  REQUIRE(lines.size() == 5);
  CHECK(lines[1].at("message") == "the wall clock jumped: not followed until that has lasted for a minute");
  CHECK(lines[1].at("seconds") == 3600);
  CHECK(lines[2].at("message") == "the wall clock is back, nothing was changed by its jump");
  CHECK(lines[4].at("message") == "the wall clock jumped and stays there: followed, windows keep their length");
  CHECK(lines[4].at("seconds") == -3600);
}

}  // namespace
}  // namespace aia::serve
