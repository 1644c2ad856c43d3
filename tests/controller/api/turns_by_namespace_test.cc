// Namespaces take turns, whatever is in them.
#include "controller/api/turns_by_namespace.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

namespace aia::api {
namespace {

using Names = std::vector<std::string>;
using Order = std::vector<std::size_t>;

TEST_CASE("the first of each namespace, then the second of each") {
  const Names names{"a", "a", "a", "b", "c", "c"};
  CHECK(turns_by_namespace({}, 7).empty());
  CHECK(turns_by_namespace(names, 0) == Order{0, 3, 4, 1, 5, 2});
  CHECK(turns_by_namespace(names, 1) == Order{3, 4, 0, 5, 1, 2});  // b first
  CHECK(turns_by_namespace(names, 3) == Order{1, 3, 5, 2, 4, 0});  // a again, with its second
  CHECK(turns_by_namespace({"", "", ""}, 1) == Order{1, 2, 0});    // what has no namespace is one
}

TEST_CASE("the namespace after the last one comes first, whichever have come or gone meanwhile") {
  const Names names{"a", "c", "a", "e"};
  CHECK(turn_after(names, "") == 0);
  CHECK(turn_after(names, "a") == 1);
  CHECK(turn_after(names, "b") == 1);
  CHECK(turn_after(names, "e") == 0);
  CHECK(turn_after({}, "e") == 0);
  CHECK(turns_by_namespace(names, turn_after(names, "c")) == Order{3, 0, 1, 2});
}

/// Up to seven namespaces with up to nine items each, in any order.
Names drawn(std::mt19937& random) {
  Names names;
  const auto many = 1 + random() % 7;
  for (unsigned ns = 0; ns < many; ++ns) names.insert(names.end(), 1 + random() % 9, "ns" + std::to_string(ns));
  std::shuffle(names.begin(), names.end(), random);
  return names;
}

TEST_CASE("property: a permutation, every prefix of which is shared fairly") {
  std::mt19937 random(20261201);
  for (int run = 0; run < 500; ++run) {
    const Names names = drawn(random);
    const auto order = turns_by_namespace(names, random());
    CHECK(std::set<std::size_t>(order.begin(), order.end()).size() == names.size());
    REQUIRE(order.size() == names.size());
    std::map<std::string, int> left, had;
    for (const auto& ns : names) ++left[ns];
    for (const auto i : order) {
      REQUIRE(i < names.size());
      --left[names[i]], ++had[names[i]];
      for (const auto& [a, of_a] : left)
        for (const auto& [b, of_b] : left)
          if (of_a > 0 && of_b > 0) REQUIRE(std::abs(had[a] - had[b]) <= 1);
    }
  }
}

TEST_CASE("property: within as many turns as namespaces times items of the largest, each item was the first of all") {
  std::mt19937 random(20261202);
  for (int run = 0; run < 100; ++run) {
    const Names names = drawn(random);
    std::set<std::size_t> first;
    std::map<std::string, std::uint64_t> items;
    for (const auto& ns : names) ++items[ns];
    std::uint64_t largest = 0;
    for (const auto& [ns, count] : items) largest = std::max(largest, count);
    const std::uint64_t begin = random();
    for (std::uint64_t turn = 0; turn < largest * items.size(); ++turn)
      first.insert(turns_by_namespace(names, begin + turn).front());
    CHECK(first.size() == names.size());
  }
}

}  // namespace
}  // namespace aia::api
