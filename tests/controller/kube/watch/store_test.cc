// Many readers while lists replace everything: each reader sees one list or the next, never a mixture.
#include "controller/kube/watch/store.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

using namespace aia;
using namespace aia::kube;

namespace {

Json object(int number, int round) {
  return {{"metadata", {{"namespace", "ns"}, {"name", "o" + std::to_string(number)}}}, {"round", round}};
}

int round_of(const Json& json) {
  return static_cast<int>(int_at(json, {"round"}));
}

}  // namespace

TEST_CASE("a list that is under way is not seen, at its end it replaces all") {
  Store<int> store(round_of);
  store.apply(ListBegan{});
  store.apply(Listed{object(1, 1)});
  CHECK(store.size() == 0);
  store.apply(ListEnded{});
  CHECK(store.size() == 1);

  store.apply(ListBegan{});
  store.apply(Listed{object(2, 2)});
  CHECK(store.find({"ns", "o1"}) == 1);
  store.apply(ListBegan{});  // it failed half-way and begins again
  store.apply(Listed{object(3, 2)});
  store.apply(ListEnded{});
  CHECK_FALSE(store.find({"ns", "o1"}));
  CHECK_FALSE(store.find({"ns", "o2"}));
  CHECK(store.find({"ns", "o3"}) == 2);
}

TEST_CASE("changes are told with before and after, also what a new list changed") {
  std::string told;
  Store<int> store(round_of, [&](const api::ObjectKey& key, const int* before, const int* after) {
    told +=
        key.name + ":" + (before ? std::to_string(*before) : "-") + ">" + (after ? std::to_string(*after) : "-") + " ";
  });
  store.apply(Upserted{object(1, 1)});
  store.apply(Upserted{object(1, 2)});
  store.apply(Deleted{object(1, 2)});
  store.apply(Deleted{object(1, 2)});
  CHECK(told == "o1:->1 o1:1>2 o1:2>- ");
  told.clear();
  store.apply(Upserted{object(1, 1)});
  store.apply(Upserted{object(2, 1)});
  told.clear();
  store.apply(ListBegan{});
  store.apply(Listed{object(2, 5)});
  store.apply(Listed{object(3, 5)});
  store.apply(ListEnded{});
  CHECK(told == "o1:1>- o2:1>5 o3:->5 ");
}

TEST_CASE("a namespace is a range, and a visit can stop") {
  Store<int> store(round_of);
  for (const char* ns : {"a", "b", "b-2", "c"}) {
    store.apply(Upserted{Json{{"metadata", {{"namespace", ns}, {"name", "x"}}}}});
    store.apply(Upserted{Json{{"metadata", {{"namespace", ns}, {"name", "y"}}}}});
  }
  std::string seen;
  store.visit_from({"b", ""}, [&](const api::ObjectKey& key, int) {
    if (key.ns != "b") return false;
    seen += key.to_string() + " ";
    return true;
  });
  CHECK(seen == "b/x b/y ");
}

TEST_CASE("readers see whole lists while they are swapped") {
  constexpr int kObjects = 200;
  Store<int> store(round_of);
  const auto list = [&](int round) {
    store.apply(ListBegan{});
    for (int i = 0; i < kObjects; ++i) store.apply(Listed{object(i, round)});
    store.apply(ListEnded{});
  };
  list(0);
  std::atomic<bool> stop = false;
  std::atomic<int> mixed = 0;
  std::atomic<int> reads = 0;
  std::vector<std::jthread> readers;
  for (int r = 0; r < 3; ++r) {
    readers.emplace_back([&] {
      while (!stop) {
        int count = 0, first = -1;
        bool same = true;
        store.visit_from({}, [&](const api::ObjectKey&, int round) {
          if (count++ == 0) first = round;
          same = same && round == first;
          return true;
        });
        if (!same || count != kObjects) ++mixed;
        ++reads;
      }
    });
  }
  for (int round = 1; round < 50 || reads < 50; ++round) list(round);
  stop = true;
  readers.clear();
  CHECK(mixed == 0);
}
