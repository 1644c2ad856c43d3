// As much of a jump is confirmed as a later sample, of which nothing was in the earlier one, shows again.
#include "controller/loop/demand/confirmation.h"
#include "tests/start.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

namespace aia::loop {
namespace {

using namespace std::chrono_literals;

ports::Evidence sampled(std::vector<Millis> at, Millis window) {
  ports::Evidence evidence;
  evidence.rate_window = window;
  for (const Millis one : at)
    evidence.pods.push_back({"ingress", "gw-" + std::to_string(evidence.pods.size()), kStart + one});
  return evidence;
}

/// When a value that is 100 before second 300 and 4,000 from it on is first confirmed; looked at every 5 s for twenty
/// minutes, scraped every `scrape`.
std::optional<Millis> confirmed_after(Millis window, Millis scrape, const std::function<double(Millis)>& value,
                                      bool known = true, Millis silent_from = 1h) {
  Confirmation confirmation;
  for (Millis now = 0s; now < 20min; now += 5s) {
    const Millis newest = now / scrape * scrape;
    const auto evidence = sampled({newest, std::min(newest, silent_from)}, window);
    const auto confirmed = confirmation.look(value(newest), known ? &evidence : nullptr, kStart + now);
    REQUIRE(confirmed <= value(newest));
    if (confirmed > 200) return now - 300s;
  }
  return {};
}

TEST_CASE("confirmation: a jump that stays is confirmed by the next sample that shares nothing with the first") {
  const auto step = [](Millis at) { return at < 300s ? 100.0 : 4000.0; };
  CHECK(confirmed_after(0s, 5s, step) == 5s);
  CHECK(confirmed_after(0s, 15s, step) == 15s);
  CHECK(confirmed_after(0s, 60s, step) == 60s);
  CHECK(confirmed_after(30s, 15s, step) == 45s);
  CHECK(confirmed_after(1min, 15s, step) == 75s);
  CHECK(confirmed_after(5min, 15s, step) == 315s);
  CHECK(confirmed_after(10min, 15s, step) == 315s);          // no longer for a wider window
  CHECK(confirmed_after(0s, 15s, step, false) == 305s);      // nothing is known of the samples behind it
  CHECK(confirmed_after(0s, 15s, step, true, 200s) == 75s);  // a source that fell silent holds it up for a minute
}

TEST_CASE("confirmation: one bad sample is never confirmed, nor the rates whose window holds it") {
  const auto spoiled = [](Millis lasts) {
    return [=](Millis at) { return at < 300s || at >= 300s + lasts ? 100.0 : 4000.0; };
  };
  CHECK_FALSE(confirmed_after(0s, 15s, spoiled(15s)));
  CHECK_FALSE(confirmed_after(30s, 15s, spoiled(45s)));  // into the window and out of it
  CHECK_FALSE(confirmed_after(1min, 15s, spoiled(75s)));
  CHECK_FALSE(confirmed_after(1min, 60s, spoiled(120s)));
  CHECK_FALSE(confirmed_after(5min, 15s, spoiled(5min)));
  CHECK_FALSE(confirmed_after(5min, 30s, spoiled(5min)));
  const auto again = [](Millis at) { return at == 300s || at == 330s || at == 420s ? 4000.0 : 100.0; };
  CHECK_FALSE(confirmed_after(0s, 15s, again));
}

TEST_CASE("confirmation: a real step behind a long rate window is believed as it goes on rising") {
  Confirmation confirmation;
  const auto look = [&](Millis at) {
    const double value = 100 + 195 * std::clamp(static_cast<double>((at - 600s) / 15s), 0.0, 20.0);  // 4,000 at the end
    const auto evidence = sampled({at}, 5min);
    return confirmation.look(value, &evidence, kStart + at);
  };
  for (Millis at = 0s; at < 600s; at += 15s) static_cast<void>(look(at));
  CHECK(look(600s) == 100);
  for (int samples = 1; samples <= 20; ++samples)
    CHECK(look(600s + samples * 15s) == 100 + 195 * std::max(0, samples - 7));  // but for 90 s
}

TEST_CASE("confirmation: a run of bad samples that comes into the window between two looks is no rise") {
  Confirmation confirmation;
  for (int minute = 0; minute < 20; ++minute) {
    const double value = minute < 10 || minute > 14 ? 100 : minute == 10 ? 1500 : 4000;
    const Millis newest = std::chrono::minutes(minute) + (minute == 11 ? 15s : 0s);
    const auto evidence = sampled({newest}, 5min);
    const double confirmed = confirmation.look(value, &evidence, kStart + std::chrono::minutes(minute) + 20s);
    if (minute >= 10 && minute < 15) CHECK(confirmed == 100);
  }
}

TEST_CASE("confirmation: what a bad sample spoils wavers, and is not confirmed by that") {
  Confirmation confirmation;
  double most = 0;
  for (int i = 0; i < 80; ++i) {
    const bool spoiled = i >= 40 && i < 60;
    const auto evidence = sampled({i * 15s}, 5min);
    const double value = spoiled ? 4000 + (i % 2 == 0 ? 50 : -50) : 100;
    if (i >= 22)
      most = std::max(most, confirmation.look(value, &evidence, kStart + i * 15s));
    else
      static_cast<void>(confirmation.look(value, &evidence, kStart + i * 15s));
  }
  CHECK(most <= 200);
}

TEST_CASE("confirmation: as much as both show, of what is known") {
  Confirmation confirmation;
  const auto look = [&](double value, Millis at) {
    const auto evidence = sampled({at}, 0s);
    return confirmation.look(value, &evidence, kStart + at);
  };
  CHECK(look(100, 0s) == 0);
  CHECK(look(90, 0s) == 0);  // the same sample again
  CHECK(look(500, 15s) == 90);
  CHECK(look(300, 30s) == 300);
  CHECK(look(900, 45s) == 300);
  CHECK(look(450, 200s) == 450);
  CHECK(look(5000, 2h) == 450);  // after a gap a value is held against what was known before it
  CHECK(look(5000, 2h + 15s) == 5000);
  CHECK(look(0, 2h + 30s) == 0);
}

TEST_CASE("confirmation: what is known from elsewhere confirms as an earlier look does, from the first look on") {
  Confirmation confirmation;
  const auto look = [&](double value, std::optional<double> known, Millis at) {
    const auto evidence = sampled({at}, 1min);
    return confirmation.look(value, &evidence, kStart + at, known);
  };
  CHECK(look(4000, 120, 0s) == 120);
  CHECK(look(4000, {}, 15s) == 0);  // both may be of one bad sample
  CHECK(look(90, 120, 30s) == 90);
  CHECK(look(4000, {}, 75s) == 4000);
}

TEST_CASE("confirmation: samples dated ahead are no newer than now, and what is remembered is bounded") {
  Confirmation confirmation;
  const auto ahead = sampled({24h}, 0s);
  CHECK(confirmation.look(100, &ahead, kStart) == 0);
  CHECK(confirmation.look(4000, &ahead, kStart + 15s) == 100);
  for (int i = 0; i < 3000; ++i) static_cast<void>(confirmation.look(100, nullptr, kStart + 15s + i * 10ms));
  CHECK(confirmation.look(4000, nullptr, kStart + 1h) == 100);
}

}  // namespace
}  // namespace aia::loop
