// What is logged, and what is not logged again. The log goes to stderr: read back through a file.
#include "controller/serve/log_reporter.h"
#include "controller/serve/json_log.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
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
    size_ = all.size();
    for (std::string line; std::getline(stream, line);) parsed.push_back(nlohmann::json::parse(line));
    return parsed;
  }
  [[nodiscard]] std::size_t size() const { return size_; }  ///< bytes that lines() read

 private:
  void restore() {
    if (saved_ < 0) return;
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    saved_ = -1;
  }
  std::FILE* file_;
  int saved_;
  std::size_t size_ = 0;
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
  object.action = desired > 2 ? api::Action::ScaleOut : api::Action::Hold;
  object.reasons = {{api::Code::Reactive, "118 requests/s need 10 replicas \xff"}};
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

TEST_CASE("a line is bounded whatever it holds, and says what was cut") {
  using Json = nlohmann::ordered_json;
  const std::string long_text(2 << 20, 'x'), umlauts = [] {
    std::string text = "a";
    for (int i = 0; i < 1000; ++i) text += "ä";
    return text;
  }();
  const auto reasons = [](std::size_t count, const std::string& message) {
    auto list = Json::array();
    for (std::size_t i = 0; i < count; ++i) list.push_back({{"code", "Reactive"}, {"message", message}});
    return list;
  };
  struct Row {
    const char* what;
    Json line;
  };
  const Row rows[] = {
      {"as it is",
       {{"error", "no answer"}, {"reasons", reasons(3, "118 requests/s need 10 replicas")}, {"now", 118.5}}},
      {"a long text", {{"error", long_text}}},
      {"one that a character's middle would end", {{"error", umlauts}}},
      {"no UTF-8", {{"error", std::string(5000, '\xff')}}},
      {"what JSON writes as six characters",
       {{"error", std::string(5000, '\x01')}, {"message", std::string(5000, '\0')}}},
      {"a long list", {{"reasons", reasons(2000, "short")}}},
      {"a list of long texts", {{"reasons", reasons(16, long_text)}}},
      {"many lists of long texts", {{"a", reasons(40, long_text)}, {"b", reasons(40, long_text)}, {"c", long_text}}},
      {"lists in lists", {{"a", Json::array({Json::array({long_text, long_text}), reasons(100, long_text)})}}},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    const auto line = bounded_line(row.line);
    CHECK(line.size() <= kMaxLine);
    CHECK(Json::accept(line));  // which no half of a character is
  }
  CHECK(bounded_line(rows[0].line) == rows[0].line.dump());
  const auto cut = Json::parse(bounded_line(rows[1].line)).at("error").get<std::string>();
  CHECK(cut.size() == kMaxText);
  CHECK(cut.substr(cut.size() - 4) == "x…");
  const auto list = Json::parse(bounded_line(rows[5].line));
  CHECK(list.at("reasons").size() == kMaxItems);
  CHECK(list.at("reasons_left_out") == 2000 - kMaxItems);
  const auto both = Json::parse(bounded_line(rows[6].line));
  CHECK(both.at("reasons").size() + both.value("reasons_left_out", 0U) == 16);
}

/// One cycle's objects of `ns`, all in the same trouble; none where `error` is empty.
void add_objects(ports::CycleReport& cycle, const std::string& ns, int count, const std::string& error = "") {
  cycle.synced = true;
  for (int i = 0; i < count; ++i) {
    ports::ObjectReport object;
    object.key = {ns, "object-" + std::to_string(10'000 + i)};
    if (!error.empty()) object.errors = {{"observe", ErrorKind::Timeout, error}};
    cycle.objects.push_back(std::move(object));
  }
}

/// How many lines say `message`, about whom: a namespace or a pool.
std::map<std::string, int> counted(const std::vector<nlohmann::json>& lines, const std::string& message) {
  std::map<std::string, int> count;
  for (const auto& line : lines) {
    if (line.at("message") != message) continue;
    const auto about = line.value("autoscaler", line.value("pool", line.value("namespace", "")));
    ++count[about.substr(0, about.find('/'))];
  }
  return count;
}

constexpr int kMax = LogReporter::kMaxLines;
const std::string kLeftOut = "too many lines of one namespace in this cycle: some are left out";

TEST_CASE("one namespace's flood is cut to its share and counted, others' lines and those of pools are written") {
  LogReporter reporter;
  Captured captured;
  ports::CycleReport cycle;
  add_objects(cycle, "flood", 2000, std::string(64 << 10, 'x'));
  add_objects(cycle, "quiet", 3, "no answer");
  for (int i = 0; i < 2 * kMax; ++i) {
    ports::PoolReport pool;
    pool.name = "pool-" + std::to_string(i);
    pool.errors = {{"act", ErrorKind::Forbidden, "no"}};
    cycle.pools.push_back(pool);
  }
  reporter.report(cycle);
  const auto lines = captured.lines();
  auto troubles = counted(lines, "trouble");
  CHECK(troubles["flood"] == kMax);
  CHECK(troubles["quiet"] == 3);
  CHECK(troubles.size() == 2 + 2 * kMax);
  CHECK(counted(lines, kLeftOut) == std::map<std::string, int>{{"flood", 1}});
  CHECK(lines.back().at("left_out") == 2000 - kMax);
  CHECK(captured.size() < (kMax + 2 * kMax + 10) * kMaxLine);
}

TEST_CASE("what was left out is said in a later cycle, and what was never said is not said to be over") {
  LogReporter reporter;
  ports::CycleReport bad, good;
  add_objects(bad, "flood", 2 * kMax + 10, "no answer");
  add_objects(good, "flood", 2 * kMax + 10);
  const auto told = [&](const ports::CycleReport& cycle) {
    Captured captured;
    reporter.report(cycle);
    const auto lines = captured.lines();
    return std::vector<int>{counted(lines, "trouble")["flood"], counted(lines, "trouble is over")["flood"],
                            counted(lines, kLeftOut)["flood"]};
  };
  using Told = std::vector<int>;
  SECTION("while it lasts, share by share, each once") {
    for (const auto& expected : {Told{kMax, 0, 1}, Told{kMax, 0, 1}, Told{10, 0, 0}, Told{0, 0, 0}})
      CHECK(told(bad) == expected);
    for (const auto& expected : {Told{0, kMax, 1}, Told{0, kMax, 1}, Told{0, 10, 0}, Told{0, 0, 0}})
      CHECK(told(good) == expected);
  }
  SECTION("over before it was said: only what was said is said to be over") {
    CHECK(told(bad) == Told{kMax, 0, 1});
    CHECK(told(good) == Told{0, kMax, 0});
    CHECK(told(good) == Told{0, 0, 0});
  }
  SECTION("back before it was said to be over: it still is what was said") {
    CHECK(told(bad) == Told{kMax, 0, 1});
    CHECK(told(bad) == Told{kMax, 0, 1});
    CHECK(told(good) == Told{0, kMax, 1});  // the rest of what was said waits
    CHECK(told(bad) == Told{kMax, 0, 1});   // what was said to be over, and 10 never said
    CHECK(told(bad) == Told{10, 0, 0});
  }
}

TEST_CASE(
    "decisions that were left out are said in later cycles, each once, and a follower's take nothing of the share") {
  LogReporter reporter;
  ports::CycleReport cycle;
  add_objects(cycle, "flood", kMax + 20);
  for (auto& object : cycle.objects) object.current = 2, object.desired = 3;
  const auto told = [&] {
    Captured captured;
    reporter.report(cycle);
    const auto lines = captured.lines();
    return std::vector<int>{counted(lines, "decision")["flood"], counted(lines, kLeftOut)["flood"]};
  };
  cycle.leading = false;
  CHECK(told() == std::vector<int>{0, 0});
  cycle.leading = true;
  CHECK(told() == std::vector<int>{kMax, 1});
  CHECK(told() == std::vector<int>{20, 0});
  CHECK(told() == std::vector<int>{0, 0});
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
