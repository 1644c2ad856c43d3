// Pacing, in real time with wide margins.
#include "controller/loop/pacer.h"
#include "tests/wall_time.h"

#include <catch2/catch.hpp>
#include <thread>

namespace aia::loop {
namespace {

using namespace std::chrono_literals;
using testing::scaled;
using testing::took;

TEST_CASE("the first cycle begins at once, the next a cycle later, or after the spacing when something changed",
          "[threads]") {
  Pacer pacer(scaled(600ms), scaled(100ms));
  const std::stop_token never;
  CHECK(took([&] { CHECK(pacer.wait(false, never)); }) < scaled(80ms));
  CHECK(took([&] { CHECK(pacer.wait(false, never)); }) >= scaled(590ms));
  const auto hurried = took([&] { CHECK(pacer.wait(true, never)); });
  CHECK(hurried >= scaled(95ms));
  CHECK(hurried < scaled(500ms));
  std::jthread other([&] {
    std::this_thread::sleep_for(scaled(200ms));
    pacer.poke();
  });
  const auto poked = took([&] { CHECK(pacer.wait(false, never)); });
  CHECK(poked >= scaled(190ms));
  CHECK(poked < scaled(550ms));
}

TEST_CASE("who is in a hurry waits for no spacing") {
  Pacer pacer(60s, 50s);
  const std::stop_token never;
  CHECK(pacer.wait(false, never));
  std::jthread other([&] {
    std::this_thread::sleep_for(50ms);
    pacer.hurry();
  });
  CHECK(took([&] { CHECK(pacer.wait(false, never)); }) < scaled(5s));
}

TEST_CASE("a stop ends the wait") {
  Pacer pacer(60s, 50s);
  std::stop_source stop;
  CHECK(pacer.wait(false, stop.get_token()));
  std::jthread other([&] { stop.request_stop(); });
  CHECK(took([&] { CHECK_FALSE(pacer.wait(true, stop.get_token())); }) < scaled(5s));
}

}  // namespace
}  // namespace aia::loop
