// When a node was asked for and what its start measures, look by look: the table behind a pool's measured lead time.
#include <catch2/catch.hpp>

#include "controller/loop/nodepool/pool_state.h"

namespace aia::loop {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLate = 20min;

WallTime at(Millis since) {
  return WallTime(1000h) + since;
}

struct Seen {
  Millis created{0};
  std::optional<Millis> ready{};
  bool usable = false, cordoned = false, deleting = false;
};

/// The supply with one node, and with a request for it that was made at `request`.
ports::PoolSupply supply_of(const Seen& seen, std::optional<Millis> request = std::nullopt) {
  ports::PoolSupply supply;
  ports::Node node;
  node.name = "node", node.uid = "u-node";
  node.created = at(seen.created);
  if (seen.ready) node.ready_since = at(*seen.ready);
  node.cordoned = seen.cordoned, node.deleting = seen.deleting;
  supply.nodes = {node};
  if (request) supply.requests = {{"claim", "u-claim", at(*request), "node"}};
  return supply;
}

Start look(NodeAsks& asks, const Seen& seen, Millis now, std::optional<Millis> request = std::nullopt) {
  return asks.observe(supply_of(seen, request), {seen.usable}, at(now), kLate).back();
}

/// Has looked once, at nothing.
NodeAsks begun() {
  NodeAsks asks;
  asks.observe({}, {}, at(0s), kLate);
  return asks;
}

}  // namespace

TEST_CASE("node asks: a node that comes answers the oldest that was asked for, or its own request, or nothing") {
  struct Row {
    std::vector<Millis> asked;
    std::optional<Millis> request;
    Millis began;
    std::size_t left;
  };
  const auto row = GENERATE(values<Row>({
      {{}, std::nullopt, 5min, 0},            // nobody asked: when it appeared
      {{1min, 2min}, std::nullopt, 1min, 1},  // the oldest
      {{6min}, std::nullopt, 5min, 0},        // not before it was created
      {{1min, 2min}, 3min, 3min, 1},          // the provider's own record of it answers, too
  }));
  auto asks = begun();
  for (const Millis asked : row.asked) asks.asked(1, at(asked));
  const auto start = look(asks, {5min}, 7min, row.request);
  CHECK(start.began == at(row.began));
  CHECK(start.starting);
  CHECK(asks.waiting(at(1h)).size() == row.left);
}

TEST_CASE("node asks: which starts measure how long nodes take") {
  struct Row {
    const char* what;
    Seen first, then;
    bool measures;
  };
  const auto row = GENERATE(values<Row>({
      {"comes and is Ready", {5min}, {5min, 8min, true}, true},
      {"Ready in the look that met it", {5min, 8min, true}, {5min, 8min, true}, true},
      {"is cordoned while it starts", {5min, {}, false, true}, {5min, 8min, true}, false},
      {"is cordoned once it serves", {5min, 6min, true}, {5min, 6min, true, true}, true},
      {"takes longer than a lead time may be", {5min}, {5min, 3h, true}, false},
      {"is Ready since it was created: undated", {5min}, {5min, 5min, true}, false},
  }));
  INFO(row.what);
  auto asks = begun();
  look(asks, row.first, 7min);
  CHECK(look(asks, row.then, 4h).first == row.measures);
}

TEST_CASE("node asks: of nodes that were there before the first look only those that still start measure") {
  struct Row {
    const char* what;
    Seen first;
    Millis now;
    bool measures, found_broken;
  };
  const auto row = GENERATE(values<Row>({
      {"serves", {0s, 4min, true}, 10min, false, false},
      {"starts", {0s}, 10min, true, false},
      {"is of no use for longer than starts take", {0s}, 30min, false, true},
  }));
  INFO(row.what);
  NodeAsks asks;
  asks.asked(1, at(0s));
  CHECK(look(asks, row.first, row.now).first == row.measures);
  CHECK(asks.was_found_broken("u-node") == row.found_broken);
  CHECK(asks.waiting(at(1h)).size() == 1);  // it answers nothing: it may have been there when more was asked for
}

TEST_CASE("node asks: a node that was Ready without its GPUs is measured to when it has them") {
  auto asks = begun();
  look(asks, {5min, 6min}, 7min);
  const auto start = look(asks, {5min, 6min, true}, 9min);
  CHECK(start.ready == at(9min));
  CHECK_FALSE(look(asks, {5min, 6min}, 10min).starting);  // it lost them: not on its way to its first
}

TEST_CASE("node asks: a request without a node is a start, unless it is going, and answers one that was asked for") {
  auto asks = begun();
  asks.asked(2, at(1min));
  ports::PoolSupply supply;
  supply.requests = {{"a", "u-a", at(2min), ""}, {"b", "u-b", at(3min), "", true}};
  const auto starts = asks.observe(supply, {}, at(4min), kLate);
  REQUIRE(starts.size() == 1);
  CHECK(starts[0].uid == "u-a");
  CHECK(starts[0].starting);
  CHECK(asks.waiting(at(1h)).empty());
  asks.asked(1, at(5min));
  asks.observe(supply, {}, at(6min), kLate);
  CHECK(asks.waiting(at(1h)).size() == 1);  // the same requests answer once
}

}  // namespace aia::loop
