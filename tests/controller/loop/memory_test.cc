// What is remembered of an object: its starts, our writes, our promises.
#include <catch2/catch.hpp>

#include "controller/loop/demand_state.h"
#include "controller/loop/lead_samples.h"
#include "controller/loop/scale_writes.h"
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

TEST_CASE("a start counts once, from creation to the first Ready") {
  LeadSamples lead({});
  lead.observe({pod("old", kStart - 24h, 20h)});  // Ready when first seen: perhaps not for the first time
  CHECK(lead.samples().empty());
  lead.observe({pod("old", kStart - 24h, 20h), pod("a", kStart)});
  lead.observe({pod("old", kStart - 24h, 20h), pod("a", kStart, 7min)});
  lead.observe({pod("old", kStart - 24h, 20h), pod("a", kStart, 7min)});
  CHECK(lead.samples() == std::vector<Millis>{7min});
  lead.observe({pod("a", kStart)});         // lost its readiness
  lead.observe({pod("a", kStart, 50min)});  // and has it again: not a start
  CHECK(lead.samples() == std::vector<Millis>{7min});
  auto crashed = pod("b", kStart, 30min);
  crashed.first = false;
  lead.observe({crashed, pod("c", kStart, 5min)});  // c came and was Ready within one cycle
  CHECK(lead.samples() == std::vector<Millis>{7min, 5min});
}

TEST_CASE("with a node pool a start begins when the pod is bound, and none that waits for a node is one") {
  ports::Pod waiting;
  waiting.uid = "a", waiting.created = kStart;
  CHECK(starts_of({waiting}, true).empty());
  CHECK(starts_of({waiting}, false).size() == 1);
  auto bound = waiting;
  bound.node = "n", bound.bound_since = kStart + 6min, bound.ready_since = kStart + 9min;
  LeadSamples lead({});
  lead.observe({});
  lead.observe(starts_of({bound}, true));
  CHECK(lead.samples() == std::vector<Millis>{3min});
}

TEST_CASE("starts are remembered over a restart and bounded") {
  LeadSamples lead(std::vector<Millis>(api::kMaxLeadSamples, 3min));
  lead.observe({});
  lead.observe({pod("a", kStart, 9min)});
  CHECK(lead.samples().size() == api::kMaxLeadSamples);
  CHECK(lead.samples().back() == 6min);  // it hung: twice the P90 is believed
}

TEST_CASE("a value that somebody writes back twice is a conflict, for as long as the window") {
  ScaleWrites writes(10min);
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
  ScaleWrites writes(10min);
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
