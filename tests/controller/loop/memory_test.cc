// What is remembered of an object: its starts, our writes, our promises.
#include <algorithm>
#include <catch2/catch.hpp>
#include <utility>

#include "controller/loop/demand/demand_state.h"
#include "controller/loop/workload/lead_samples.h"
#include "controller/loop/workload/revert_guard.h"
#include "tests/start.h"

namespace aia::loop {
namespace {

using namespace std::chrono_literals;

Start pod(const std::string& uid, WallTime created, std::optional<Millis> ready_after = {}) {
  ports::Pod pod;
  pod.name = pod.uid = uid;
  pod.created = created;
  if (ready_after) pod.ready_since = created + *ready_after;
  return starts_of({pod}, false).front();
}

/// Looks every 15 s.
struct Looks {
  LeadSamples lead;
  WallTime now = kStart;
  explicit Looks(std::vector<Millis> remembered = {}) : lead(std::move(remembered)) {}
  void look(const std::vector<Start>& starts) {
    lead.observe(starts, now);
    now += 15s;
  }
};

TEST_CASE("a start counts once, from creation to the first Ready") {
  Looks looks;
  const auto& samples = looks.lead.samples();
  looks.look({pod("old", kStart - 24h, 20h)});  // Ready when first seen: perhaps not for the first time
  CHECK(samples.empty());
  looks.look({pod("old", kStart - 24h, 20h), pod("a", kStart)});
  looks.look({pod("old", kStart - 24h, 20h), pod("a", kStart, 7min)});
  looks.look({pod("old", kStart - 24h, 20h), pod("a", kStart, 7min)});
  CHECK(samples == std::vector<Millis>{7min});
  looks.look({pod("a", kStart)});         // lost its readiness
  looks.look({pod("a", kStart, 50min)});  // and has it again: not a start
  CHECK(samples == std::vector<Millis>{7min});
  auto crashed = pod("b", looks.now, 30min);
  crashed.first = false;
  looks.look({crashed, pod("c", looks.now - 5s, 5s)});  // c came and was Ready within one cycle
  CHECK(samples == std::vector<Millis>{7min, 5s});
}

TEST_CASE("a pod that was missing from a list is no new start, however often") {
  Looks looks;
  const std::vector<Start> old = {pod("a", kStart - 48h, 24h), pod("b", kStart - 48h, 24h),
                                  pod("c", kStart - 48h, 24h)};
  looks.look({});
  for (int i = 0; i < 5; ++i) {
    looks.look(old);
    looks.look({});
    looks.look({old[0]});
  }
  CHECK(looks.lead.samples().empty());
  looks.look({pod("d", looks.now)});
  looks.look({});
  looks.look({pod("d", looks.now - 30s, 20s)});  // a start, but perhaps it was Ready, and lost that, when nobody looked
  CHECK(looks.lead.samples().empty());
  ports::Pod lost;
  lost.uid = "b", lost.created = kStart - 48h, lost.lost_since = kStart - 1h;
  Looks after_restart;
  after_restart.look(starts_of({lost}, false));
  after_restart.look({pod("b", kStart - 48h, 48h)});
  CHECK(after_restart.lead.samples().empty());
}

TEST_CASE("a start that hung counts as two hours at most, and one within a second as a second") {
  for (const auto& [took, p90] : {std::pair<Millis, Millis>{30h, 2h}, {0s, 1s}, {5min, 5min}}) {
    Looks looks;
    looks.look({});
    std::vector<Start> starts;
    for (const char* uid : {"a", "b", "c"}) starts.push_back(pod(uid, kStart, took));
    looks.look(starts);
    const auto lead = looks.lead.lead(starts, looks.now, std::nullopt, {});
    CHECK(lead.source == api::LeadTimeSource::Measured);
    CHECK(lead.p90 == p90);
    CHECK(looks.lead.samples().back() == std::min<Millis>(took, 2h));
  }
}

TEST_CASE("with a node pool a start begins when the pod is bound, and none that waits for a node is one") {
  ports::Pod waiting;
  waiting.uid = "a", waiting.created = kStart - 10min;
  CHECK(starts_of({waiting}, true).empty());
  CHECK(starts_of({waiting}, false).size() == 1);
  auto bound = waiting;
  bound.node = "n", bound.bound_since = kStart, bound.ready_since = kStart + 3min;
  Looks looks;
  looks.look({});
  looks.look(starts_of({bound}, true));
  CHECK(looks.lead.samples() == std::vector<Millis>{3min});
}

TEST_CASE("starts are remembered over a restart and bounded") {
  Looks looks(std::vector<Millis>(api::kMaxLeadSamples, 3min));
  looks.look({});
  looks.look({pod("a", kStart, 9min)});
  CHECK(looks.lead.samples().size() == api::kMaxLeadSamples);
  CHECK(looks.lead.samples().back() == 6min);  // it hung: twice the P90 is believed
}

TEST_CASE("a value that somebody writes back twice is a conflict, for as long as the window") {
  RevertGuard writes(10min);
  writes.observed(2, kStart);
  writes.wrote(5);
  writes.observed(5, kStart);
  writes.observed(2, kStart + 1min);
  CHECK_FALSE(writes.standing_back(kStart + 1min));
  writes.observed(2, kStart + 2min);  // still the same revert
  CHECK_FALSE(writes.standing_back(kStart + 2min));
  writes.wrote(5);
  writes.observed(2, kStart + 3min);
  CHECK(writes.standing_back(kStart + 3min) == kStart + 13min);
  CHECK_FALSE(writes.standing_back(kStart + 13min));
}

TEST_CASE("reverts far apart, and writes whose outcome is not known, are no conflict") {
  RevertGuard writes(10min);
  writes.wrote(5);
  writes.observed(2, kStart);
  writes.wrote(5);
  writes.observed(2, kStart + 11min);
  CHECK_FALSE(writes.standing_back(kStart + 11min));
  writes.wrote(5);
  writes.uncertain();
  writes.observed(9, kStart + 12min);
  CHECK_FALSE(writes.standing_back(kStart + 12min));
}

TEST_CASE("a promise is held against the moment that it was about") {
  DemandState state(SeriesIdentity{"demand", api::DemandKind::Rate, {}, 60s});
  CHECK_FALSE(state.expected_for(kStart, 1min));
  for (int i = 0; i < 20; ++i) state.expect({kStart + 10min + i * 15s, 100.0 + i, {}, {}});
  CHECK_FALSE(state.expected_for(kStart + 9min, 1min));
  CHECK(state.expected_for(kStart + 10min, 1min)->ahead == 100);
  CHECK(state.expected_for(kStart + 10min + 40s, 1min)->ahead == 102);
  state.expect({kStart + 11min, 1.0, {}, {}});  // the lead became shorter: later promises are withdrawn
  CHECK(state.expected_for(kStart + 11min, 1min)->ahead == 1);
  CHECK_FALSE(state.expected_for(kStart + 13min, 1min));  // nothing was said about now
}

}  // namespace
}  // namespace aia::loop
