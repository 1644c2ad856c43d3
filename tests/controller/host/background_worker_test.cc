// Jobs run beside the caller, in order; a full queue refuses; one that throws harms no other.
#include "controller/host/background_worker.h"

#include <catch2/catch.hpp>
#include <future>
#include <stdexcept>
#include <vector>

namespace aia {
namespace {

TEST_CASE("background: jobs run on another thread, in the order in which they were offered") {
  BackgroundWorker worker;
  std::vector<int> ran;
  std::promise<std::thread::id> last;
  for (int i = 0; i < 10; ++i) {
    REQUIRE(worker.offer([&, i] {
      ran.push_back(i);
      if (i == 9) last.set_value(std::this_thread::get_id());
    }));
  }
  CHECK(last.get_future().get() != std::this_thread::get_id());
  CHECK(ran == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("background: what is too much is refused, what waits at the end is dropped") {
  std::promise<void> begun, go;
  int ran = 0;
  {
    BackgroundWorker worker(2);
    REQUIRE(worker.offer([&] {
      begun.set_value();
      go.get_future().wait();
      ++ran;
    }));
    begun.get_future().wait();
    CHECK(worker.offer([&] { ++ran; }));
    CHECK(worker.offer([&] { ++ran; }));
    CHECK_FALSE(worker.offer([&] { ++ran; }));
    go.set_value();
  }
  CHECK(ran >= 1);
  CHECK(ran <= 3);
}

TEST_CASE("background: a job that throws harms no other") {
  BackgroundWorker worker;
  std::promise<void> after;
  worker.offer([] { throw std::runtime_error("on purpose"); });
  worker.offer([&] { after.set_value(); });
  after.get_future().wait();
  SUCCEED();
}

}  // namespace
}  // namespace aia
