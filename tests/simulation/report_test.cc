// Reports: nothing that they show can break them, figures say no more than they know, and the verdict takes no side.
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "simulation/replay/columns.h"
#include "simulation/replay/figures.h"
#include "simulation/replay/html.h"
#include "simulation/replay/plot.h"
#include "simulation/replay/report_html.h"
#include "simulation/replay/report_json.h"
#include "simulation/replay/report_text.h"
#include "simulation/replay/verdict.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

Outcome outcome(const std::string& name, double within_slo, double gpu_hours) {
  Outcome one;
  one.policy.name = name;
  one.score.requests = 1'000'000;
  one.score.within_slo = within_slo;
  one.score.gpu_hours = gpu_hours;
  for (int i = 0; i < 24 * 60; ++i) one.timeline.push_back({WallTime(24h + 1min * i), 50.0 + i % 7, 6, 5, 0});
  return one;
}

Replay replay_of(const Outcome& one, const Outcome& other) {
  Replay replay;
  replay.scenario.trace = {"mine", WallTime(0h), 1min, std::vector<double>(48 * 60, 50.0)};
  replay.clairvoyant_replica_hours = 10;
  replay.outcomes = {one, other};
  return replay;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST_CASE("figures claim no more than they know") {
  CHECK(figure(0) == "0");
  CHECK(figure(-0.0) == "0");
  CHECK(figure(999) == "999");
  CHECK(figure(1000) == "1,000");
  CHECK(figure(21543210.4) == "21,543,210");
  CHECK(figure(-1234) == "-1,234");
  CHECK(figure(12.34) == "12.3");
  CHECK(figure(0.25) == "0.25");
  CHECK(figure(NAN) == "?");
  CHECK(percent(1) == "100 %");
  CHECK(percent(0.9998) == "99.98 %");
  CHECK(percent(0.999999) == "99.9999 %");
  CHECK(percent(1 - 1e-12) == ">99.999999 %");
  CHECK(percent(2.5) == "250 %");
  CHECK(percent(-0.05) == "-5.00 %");
  CHECK(span(250ms) == "250 ms");
  CHECK(span(0s) == "0 s");
  CHECK(span(2s) == "2 s");
  CHECK(span(2500ms) == "2.5 s");
  CHECK(span(33s) == "33 s");
  CHECK(span(90s) == "1.5 min");
  CHECK(span(7min) == "7 min");
  CHECK(span(24h) == "24 h");
  CHECK(span(150min) == "2 h 30 min");
  CHECK(moment_of(WallTime(10 * 24h + 8h)) == "day 11, 08:00");
  CHECK(moment_of(WallTime(Millis(1'800'000'000'000))) == "2027-01-15 08:00");
  CHECK(clock_of(WallTime(24h + 8h + 30min)) == "08:30");
  CHECK(round_up(0) == 1);
  CHECK(round_up(301) == 350);
  CHECK(round_up(350) == 350);
  CHECK(round_up(9.1) == 10);
}

TEST_CASE("what is shown is escaped") {
  CHECK(escaped("<a href=\"x\">&'") == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  CHECK(escaped(std::string("a\0b\x1b", 4)) ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD");
  auto replay = replay_of(outcome("<i>one</i>", 990'000, 100), outcome("two\"><script>", 900'000, 90));
  replay.scenario.trace.name = "</title><script>alert(1)</script>";
  replay.outcomes[0].model = "<model>";
  const auto html = report_html(replay, "aiautoscaler replay --input '<file>&'");
  CHECK(count(html, "<script") == 0);
  CHECK(count(html, "<i>") == 0);
  CHECK(count(html, "<model>") == 0);
  CHECK_THAT(html, Contains("--input &#39;&lt;file&gt;&amp;&#39;"));
  CHECK(html == report_html(replay, "aiautoscaler replay --input '<file>&'"));
  const auto json = nlohmann::json::parse(report_json(replay));
  CHECK(json["scenario"]["trace"] == "</title><script>alert(1)</script>");
  CHECK(json["policies"][1]["name"] == "two\"><script>");
}

TEST_CASE("the page needs nothing else and opens and closes what it should") {
  const auto html = report_html(replay_of(outcome("one", 990'000, 100), outcome("two", 900'000, 90)), "again");
  CHECK_THAT(html, !Contains("http://") && !Contains("src=") && !Contains("url(") && !Contains("@import"));
  CHECK(html.size() < 300'000);
  for (const std::string tag :
       {"figure", "svg", "table", "tr", "td", "div", "ul", "li", "span", "dl", "p", "h2", "h3"}) {
    CAPTURE(tag);
    CHECK(count(html, "<" + tag + ">") + count(html, "<" + tag + " ") == count(html, "</" + tag + ">"));
  }
  CHECK(count(html, "<figure>") == 5);
  CHECK_THAT(html, !Contains("nan") && !Contains("inf\"") && !Contains("-0."));
}

TEST_CASE("a plot's curves are where their values are") {
  Plot plot;
  plot.to = plot.from + 4h;
  plot.top = 10;
  plot.layers.push_back({Layer::Shape::Steps, "steps", "", {10, 10, 5, std::nullopt}, {}});
  plot.layers.push_back({Layer::Shape::Line, "line", "", {0, std::nullopt, 5, 10}, {}});
  plot.layers.push_back({Layer::Shape::Band, "band", "", {std::nullopt, 8, 8, 1}, {2, 2, 4, 2}});
  const auto drawn = html(plot);
  CHECK_THAT(drawn, Contains("class=\"line steps\" d=\"M0 0H250H500V50H750\""));
  CHECK_THAT(drawn, Contains("class=\"line line\" d=\"M125 100M625 50L875 0\""));
  CHECK_THAT(drawn, Contains("class=\"fill band\" d=\"M250 80V20H500V20H750V60H500V80H250Z\""));  // 1 < 2: nothing
}

TEST_CASE("columns show their worst moment") {
  auto one = outcome("one", 1, 1);
  one.timeline[5] = {WallTime(24h + 5min), 70, 6, 5, 3};  // 20 too many, in the first of 24 hours
  one.promises = {{WallTime(24h + 9min), 40, 55}, {WallTime(24h + 10min), 45, 50}};
  const auto drawn = columns(one, 10, WallTime(24h), WallTime(48h), 24);
  REQUIRE(drawn.size() == 24);
  CHECK(drawn[0].demand_rps == 70);
  CHECK(drawn[0].capacity_rps == 50);
  CHECK(drawn[0].is_short());
  CHECK(drawn[0].queue == 3);
  CHECK(drawn[0].starting == 1);
  CHECK(drawn[0].ahead == 45);
  CHECK(drawn[0].upper == 55);
  CHECK_FALSE(drawn[1].upper.has_value());
  CHECK(columns(one, 10, WallTime(24h), WallTime(48h), 5000).size() == 5000);  // more than there were moments
}

TEST_CASE("the terminal: as wide as it may be, colour only when asked for") {
  const auto replay = replay_of(outcome("one", 990'000, 100), outcome("two", 900'000, 90));
  for (const int width : {10, 40, 77, 120, 500}) {
    CAPTURE(width);
    const auto text = report_text(replay, {width, false});
    CHECK_THAT(text, !Contains("\x1b"));
    std::size_t widest = 0, line = 0;
    for (const char c : text) {
      line = c == '\n' ? 0 : line + ((c & 0xC0) != 0x80 ? 1 : 0);
      widest = std::max(widest, line);
    }
    CHECK(widest <= static_cast<std::size_t>(std::clamp(width, 52, 120)));
  }
  CHECK_THAT(report_text(replay, {100, true}), Contains("\x1b["));
}

TEST_CASE("nodes are in every report, and what is paid for is their hours") {
  auto replay = replay_of(outcome("one", 990'000, 100), outcome("two", 900'000, 100));
  CHECK_THAT(report_text(replay, {100, false}), !Contains("node-hours"));
  CHECK_FALSE(nlohmann::json::parse(report_json(replay))["policies"][0].contains("node_hours"));
  replay.scenario.nodes.emplace();
  replay.clairvoyant_node_hours = 9;
  replay.outcomes[0].score.nodes = NodeScore{60, 0.75, 90s};
  replay.outcomes[1].score.nodes = NodeScore{50, 0.25, 5min};
  CHECK_THAT(verdict(replay)[1], Contains("20.00 % more node-hours (60 against 50)"));
  const auto text = report_text(replay, {100, false});
  for (const auto* says : {"node-hours", "75.00 %", "1.5 min", "5 min"}) CHECK_THAT(text, Contains(says));
  const auto html = report_html(replay, "again");
  for (const auto* says : {"Node-hours", "75.00 %", "1.5 min", "of 8 GPUs, Ready 4 min to 6 min"})
    CHECK_THAT(html, Contains(says));
  CHECK(count(html, "<figure>") == 6);
  const auto json = nlohmann::json::parse(report_json(replay));
  CHECK(json["scenario"]["gpus_per_node"] == 8);
  CHECK(json["policies"][0]["node_hours"] == 60);
  CHECK(json["policies"][0]["bound_at_once_share"] == 0.75);
  CHECK(json["policies"][1]["node_wait_p90_s"] == 300);
  CHECK(json["clairvoyant"]["node_hours"] == 9);
}

TEST_CASE("the verdict says what was better, what it cost, and when the first one was not the better choice") {
  struct Row {
    double within_slo, gpu_hours;  // of the first; the second has 900,000 of a million and 100 hours
    std::vector<const char*> says;
  };
  const Row row = GENERATE(values<Row>({
      {990'000,
       120,
       {"99.00 %", "90,000 fewer waited longer", "20.00 % more GPU-hours", "0.22 for each thousand", "depends on"}},
      {990'000, 80, {"90,000 fewer", "20.00 % fewer GPU-hours", "Here one was the better choice"}},
      {900'010, 80, {"no difference worth a name", "Here one was the better choice"}},
      {900'010, 100.1, {"no difference", "about the same GPU-hours", "made no difference"}},
      {900'010, 120, {"no difference", "20.00 % more GPU-hours", "Here two was the better choice"}},
      {800'000, 80, {"100,000 more waited longer", "fewer GPU-hours", "paid for it with requests that waited"}},
      {800'000, 120, {"100,000 more waited longer", "more GPU-hours", "Here two was the better choice"}},
  }));
  std::string text;
  for (const auto& one :
       verdict(replay_of(outcome("one", row.within_slo, row.gpu_hours), outcome("two", 900'000, 100))))
    text += one + "\n";
  for (const auto* says : row.says) CHECK_THAT(text, Contains(says));

  auto bounded = replay_of(outcome("one", 1, 1), outcome("two", 1, 1));
  bounded.scenario.max_replicas = 4;  // 50 requests/s need 5
  CHECK_THAT(verdict(bounded).back(), Contains("needs 5 replicas and --max-replicas allows 4"));
}

}  // namespace
}  // namespace aia::simulation
