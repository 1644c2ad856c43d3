// The elector's rules, one by one, in virtual time.
#include "controller/lease/elector.h"

#include <catch2/catch.hpp>

namespace aia::lease {
namespace {

using namespace std::chrono_literals;
using Do = Step::Do;

const WallTime kWall{std::chrono::hours(500'000)};
const Error kTimeout{ErrorKind::Timeout, "no answer", {}};
const Error kConflict{ErrorKind::Conflict, "written since", {}};

Lease held_by(const std::string& holder, const std::string& resource_version, Millis duration = 10s) {
  return {holder, duration, kWall, kWall, 4, resource_version};
}

Lease stored(Lease lease, const std::string& resource_version) {
  lease.resource_version = resource_version;
  return lease;
}

/// An elector that leads since `at`, its renewal sent then and answered at once.
Elector leader(Millis at) {
  Elector elector("me", {});
  CHECK(elector.next(at, kWall).what == Do::Read);
  elector.was_read(std::optional<Lease>(), at);
  const auto step = elector.next(at, kWall);
  CHECK(step.what == Do::Write);
  elector.was_written(stored(step.lease, "1"), at, at);
  CHECK(elector.leading(at));
  return elector;
}

TEST_CASE("a Lease that does not exist is created, and held from the moment that the request was sent") {
  Elector elector("me", {});
  CHECK(elector.next(100s, kWall).what == Do::Read);
  elector.was_read(std::optional<Lease>(), 100s);
  const auto step = elector.next(100s, kWall);
  REQUIRE(step.what == Do::Write);
  CHECK(step.lease == Lease{"me", 10s, kWall, kWall, 0, ""});
  CHECK_FALSE(elector.leading(100s));
  elector.was_written(stored(step.lease, "1"), 100s, 103s);
  CHECK(elector.time_left(103s) == 4s);
  CHECK(elector.time_left(107s) == 0s);
  CHECK_FALSE(elector.leading(107s));
  CHECK(elector.holder() == "me");
}

TEST_CASE("a leader renews every retry, with the resourceVersion it knows") {
  auto elector = leader(0s);
  const auto wait = elector.next(400ms, kWall);
  CHECK(wait.what == Do::Wait);
  CHECK(wait.wait == 600ms);
  const auto step = elector.next(1s, kWall + 1s);
  REQUIRE(step.what == Do::Write);
  CHECK(step.lease == Lease{"me", 10s, kWall, kWall + 1s, 0, "1"});
  elector.was_written(stored(step.lease, "2"), 1s, 1100ms);
  CHECK(elector.time_left(1100ms) == 6900ms);
}

TEST_CASE("a renewal whose outcome is not known: it leads until the deadline of the last known one, and reads") {
  auto elector = leader(0s);
  CHECK(elector.next(1s, kWall).what == Do::Write);
  elector.was_written(kTimeout, 1s, 3s);
  CHECK(elector.time_left(3s) == 4s);
  CHECK(elector.next(3s, kWall).what == Do::Read);
  SECTION("it was stored: renew on it") {
    elector.was_read(std::optional(held_by("me", "2")), 3s);
    const auto step = elector.next(3s, kWall);
    REQUIRE(step.what == Do::Write);
    CHECK(step.lease.resource_version == "2");
    CHECK(step.lease.transitions == 4);
    CHECK(elector.time_left(3s) == 4s);
  }
  SECTION("somebody else holds it: no write from now on") {
    elector.was_read(std::optional(held_by("other", "2")), 3s);
    CHECK_FALSE(elector.leading(3s));
    CHECK(elector.next(3s, kWall).what == Do::Wait);
  }
  SECTION("no answer again: retried at the pace of retries") {
    elector.was_read(kTimeout, 3500ms);
    const auto step = elector.next(3500ms, kWall);
    CHECK(step.what == Do::Wait);
    CHECK(step.wait == 500ms);
  }
}

TEST_CASE("what another one holds is taken when it was not seen to change for its own duration") {
  const auto duration = GENERATE(Millis(4s), Millis(10s), Millis(60s));
  Elector elector("me", {});
  Millis at = 50s;
  CHECK(elector.next(at, kWall).what == Do::Read);
  elector.was_read(std::optional(held_by("other", "7", duration)), at);  // seen first here, however old its renewTime
  Step step = elector.next(at, kWall);
  while (step.what != Do::Write) {
    REQUIRE(at < 200s);
    if (step.what == Do::Wait) at += step.wait;
    if (step.what == Do::Read) elector.was_read(std::optional(held_by("other", "7", duration)), at);
    step = elector.next(at, kWall + 1h);
  }
  CHECK(at == 50s + duration);
  CHECK(step.lease == Lease{"me", 10s, kWall + 1h, kWall + 1h, 5, "7"});
}

TEST_CASE("a renewal that is seen starts the wait anew") {
  Elector elector("me", {});
  CHECK(elector.next(0s, kWall).what == Do::Read);
  elector.was_read(std::optional(held_by("other", "7")), 0s);
  CHECK(elector.next(9s, kWall).what == Do::Read);
  elector.was_read(std::optional(held_by("other", "8")), 9s);
  CHECK(elector.next(11s, kWall).what == Do::Read);
  elector.was_read(std::optional(held_by("other", "8")), 11s);
  CHECK(elector.next(11s, kWall).what == Do::Wait);
}

TEST_CASE("a released Lease is taken at once, one that was deleted only when its holder's time is up") {
  Elector elector("me", {});
  CHECK(elector.next(0s, kWall).what == Do::Read);
  elector.was_read(std::optional(held_by("other", "7")), 0s);
  CHECK(elector.next(1s, kWall).what == Do::Read);
  SECTION("released") {
    elector.was_read(std::optional(held_by("", "8", 1s)), 1s);
    const auto step = elector.next(1s, kWall);
    REQUIRE(step.what == Do::Write);
    CHECK(step.lease.holder == "me");
    CHECK(step.lease.transitions == 5);
  }
  SECTION("deleted") {
    elector.was_read(std::optional<Lease>(), 1s);
    CHECK(elector.next(1s, kWall).what == Do::Wait);
    CHECK(elector.next(10s, kWall).what == Do::Read);
    elector.was_read(std::optional<Lease>(), 10s);
    const auto step = elector.next(10s, kWall);
    REQUIRE(step.what == Do::Write);
    CHECK(step.lease.resource_version.empty());
  }
}

TEST_CASE("a conflict on taking it: read again at the next retry, not at once") {
  Elector elector("me", {});
  CHECK(elector.next(0s, kWall).what == Do::Read);
  elector.was_read(std::optional(held_by("", "7", 1s)), 0s);
  CHECK(elector.next(0s, kWall).what == Do::Write);
  elector.was_written(kConflict, 0s, 100ms);
  CHECK_FALSE(elector.leading(100ms));
  CHECK(elector.next(100ms, kWall).what == Do::Wait);
  CHECK(elector.next(1s, kWall).what == Do::Read);
}

TEST_CASE("who sees nothing takes no lease, however free it is, and lets one that it holds run out") {
  Elector elector("me", {});
  CHECK(elector.next(0s, kWall, Fitness::None).what == Do::Read);
  elector.was_read(std::optional(held_by("", "7", 1s)), 0s);
  CHECK(elector.next(0s, kWall, Fitness::None).what == Do::Wait);
  CHECK(elector.next(100s, kWall, Fitness::None).what == Do::Read);
  elector.was_read(std::optional(held_by("", "7", 1s)), 100s);
  CHECK(elector.next(100s, kWall, Fitness::None).what == Do::Wait);
  CHECK(elector.next(101s, kWall).what == Do::Read);  // its caches are in
  elector.was_read(std::optional(held_by("", "7", 1s)), 101s);
  const auto step = elector.next(101s, kWall);
  REQUIRE(step.what == Do::Write);
  elector.was_written(stored(step.lease, "8"), 101s, 101s);
  for (Millis at = 102s; at < 200s; at += 1s) {
    CHECK(elector.next(at, kWall, Fitness::None).what == Do::Read);
    elector.was_read(std::optional(stored(step.lease, "8")), at);
    CHECK(elector.next(at, kWall, Fitness::None).what == Do::Wait);
    CHECK(elector.leading(at) == (at < 108s));
  }
}

TEST_CASE("who sees in part leaves the lease to who sees it all, for one duration beyond its own") {
  auto elector = leader(0s);
  auto lease = elector.seen();
  const auto renews_at = [&](Millis at) {
    auto step = elector.next(at, kWall, Fitness::Poor);
    if (step.what == Do::Read) {
      elector.was_read(std::optional(lease), at);
      step = elector.next(at, kWall, Fitness::Poor);
    }
    if (step.what != Do::Write) return false;
    lease = stored(step.lease, std::to_string(at.count()));
    elector.was_written(lease, at, at);
    return true;
  };
  Millis at = 1s;
  while (at < 100s && !renews_at(at)) at += 1s;
  CHECK(at == 20s);  // nobody came
  CHECK(elector.leading(at));
  const auto term = Elector::kPoorTerm * Settings().duration;
  for (at += 1s; at < 20s + term; at += 1s) CHECK(renews_at(at));
  CHECK_FALSE(renews_at(at));  // and asks again
  while (at < 1000s && !renews_at(at)) at += 1s;
  CHECK(at == 19s + term + 20s);
  CHECK(elector.next(at + 1s, kWall, Fitness::Good).what == Do::Write);
  elector.was_written(stored(lease, "x"), at + 1s, at + 1s);
  CHECK_FALSE(renews_at(at + 2s));  // the next time it sees less, somebody else may be well
}

TEST_CASE("settings that would let two write, or lose the lease at the first delay, are refused by their flags") {
  CHECK(validate({}).ok());
  const auto problem = [](Millis duration, Millis deadline, Millis retry) {
    const auto outcome = validate({duration, deadline, retry});
    return outcome ? "" : outcome.error().message;
  };
  CHECK_THAT(problem(10s, 10s, 1s), Catch::StartsWith("--lease-renew-deadline: 10s"));
  CHECK_THAT(problem(1500ms, 1s, 100ms), Catch::StartsWith("--lease-duration: 1.5s"));
  CHECK_THAT(problem(10s, 7s, 3s), Catch::StartsWith("--lease-retry: 3s"));
  CHECK_THAT(problem(10s, 7s, 0s), Catch::StartsWith("--lease-retry"));
}

TEST_CASE("a release ends leading at once and leaves no holder") {
  auto elector = leader(0s);
  const auto released = elector.release(kWall + 2s);
  REQUIRE(released);
  CHECK(*released == Lease{"", 1s, kWall, kWall + 2s, 0, "1"});
  CHECK_FALSE(elector.leading(1ms));
  elector.was_read(std::optional(held_by("other", "9")), 1s);
  CHECK_FALSE(elector.release(kWall + 3s));
}

}  // namespace
}  // namespace aia::lease
