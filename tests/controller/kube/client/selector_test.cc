// Label selectors: what parses, what does not, what matches. Rows agree with k8s.io/apimachinery/pkg/labels.
#include "controller/kube/client/selector.h"

#include <catch2/catch.hpp>

#include "controller/http/backoff.h"

using namespace aia;
using namespace aia::kube;

TEST_CASE("a selector matches as Kubernetes says") {
  const Labels pod = {{"app", "x"}, {"empty", ""}, {"example.com/role", "leader"}, {"tier", "a"}};
  struct Row {
    const char* text;
    bool matches;
  };
  const Row rows[] = {
      {"", true},
      {"  ", true},
      {"app=x", true},
      {"app==x", true},
      {"app = x", true},
      {"app=y", false},
      {"app!=y", true},
      {"app!=x", false},
      {"none!=x", true},
      {"app", true},
      {"none", false},
      {"!none", true},
      {"! app", false},
      {"tier in (a,b)", true},
      {"tier in (b, c )", false},
      {"tier notin (b,c)", true},
      {"tier notin (a)", false},
      {"none notin (a)", true},
      {"none in (a)", false},
      {"empty=", true},
      {"app=", false},
      {"empty in ()", true},
      {"empty in (,a)", true},
      {"example.com/role=leader", true},
      {"app=x,tier in (a,b),!c,example.com/role", true},
      {"app=x,tier in (a,b),!app", false},
      {" app=x , tier notin (b) ", true},
      {"app in (x)", true},
      {"app in(x)", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto selector = parse_selector(row.text);
    REQUIRE(selector.ok());
    CHECK(selector->matches(pod) == row.matches);
  }
}

TEST_CASE("keys named like operators") {
  CHECK(parse_selector("in=x")->matches({{"in", "x"}}));
  CHECK(parse_selector("in in (in,notin)")->matches({{"in", "notin"}}));
  CHECK(parse_selector("notin")->matches({{"notin", "1"}}));
}

TEST_CASE("what is no selector says where") {
  struct Row {
    const char* text;
    const char* problem;
  };
  const Row rows[] = {
      {",", "expected a key at character 1"},
      {"a,", "expected a key at character 3"},
      {"a,,b", "expected a key at character 3"},
      {"!", "expected a key at character 2"},
      {"a in", "expected '(' at character 5"},
      {"a in (b", "expected ')' at character 8"},
      {"a b", "expected 'in' or 'notin' at character 4"},
      {"a=b=c", "expected ',' at character 4"},
      {"a>5", "expected ',' at character 2"},
      {"a=b)", "expected ',' at character 4"},
      {"a in (b))", "expected ',' at character 9"},
      {"a\n=b", "expected ',' at character 2"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto selector = parse_selector(row.text);
    REQUIRE_FALSE(selector.ok());
    CHECK(selector.error().kind == ErrorKind::Invalid);
    CHECK(selector.error().message == "label selector '" + std::string(row.text) + "': " + row.problem);
  }
}

TEST_CASE("the join finds what matching each selector with each pod finds") {
  http::Draw draw(7);
  const std::vector<std::string> texts = {"app=a",    "app=b,tier=x",         "tier in (x,y)",  "!app",
                                          "tier=x",   "app in (a),tier",      "app!=a",         "part=all,app=a",
                                          "part=all", "app=a,tier notin (x)", "tier=x,part=all"};
  std::vector<Selector> selectors;
  PodJoin join;
  for (const std::string& text : texts) {
    selectors.push_back(*parse_selector(text));
    join.add(selectors.back(), selectors.size() - 1);
  }
  const std::vector<std::string> apps = {"", "a", "b", "c"}, tiers = {"", "x", "y", "z"};
  for (int i = 0; i < 200; ++i) {
    Labels labels;
    if (const auto& app = apps[static_cast<std::size_t>(draw.between(0, 3))]; !app.empty()) {
      labels.emplace_back("app", app);
    }
    if (draw.between(0, 1) == 1) labels.emplace_back("part", "all");
    if (const auto& tier = tiers[static_cast<std::size_t>(draw.between(0, 3))]; !tier.empty()) {
      labels.emplace_back("tier", tier);
    }
    std::vector<int> joined(selectors.size()), expected(selectors.size());
    join.matches(labels, [&](std::size_t target) { ++joined[target]; });
    for (std::size_t s = 0; s < selectors.size(); ++s) expected[s] = selectors[s].matches(labels) ? 1 : 0;
    REQUIRE(joined == expected);
  }
}
