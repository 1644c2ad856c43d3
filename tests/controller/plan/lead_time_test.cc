// P90 by nearest rank, over the newest fifty, with its default and its override.
#include "controller/plan/lead_time.h"

#include <catch2/catch.hpp>

using namespace aia;
using namespace aia::plan;
using namespace std::chrono_literals;

namespace {

std::vector<Millis> seconds(std::initializer_list<int> all) {
  std::vector<Millis> out;
  for (const int s : all) out.push_back(std::chrono::seconds(s));
  return out;
}

}  // namespace

TEST_CASE("P90 by nearest rank") {
  const LeadTimeSettings settings{10min, 3};
  struct Row {
    std::vector<Millis> measured;
    Millis p90;
    api::LeadTimeSource source;
  };
  const Row rows[] = {
      {{}, 10min, api::LeadTimeSource::Default},
      {seconds({400, 410}), 10min, api::LeadTimeSource::Default},
      {seconds({300, 200, 100}), 300s, api::LeadTimeSource::Measured},                     // ceil(0.9 × 3) = 3rd
      {seconds({10, 9, 8, 7, 6, 5, 4, 3, 2, 1}), 9s, api::LeadTimeSource::Measured},       // ceil(0.9 × 10) = 9th
      {seconds({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}), 10s, api::LeadTimeSource::Measured},  // ceil(9.9) = 10th
  };
  for (const Row& row : rows) {
    const LeadTime lead = lead_time(row.measured, {}, std::nullopt, settings);
    CHECK(lead.p90 == row.p90);
    CHECK(lead.source == row.source);
    CHECK(lead.samples == static_cast<int>(row.measured.size()));
  }
}

TEST_CASE("only the newest fifty count: a faster image shows at last") {
  std::vector<Millis> measured(200, 900s);
  measured.insert(measured.end(), 50, 60s);
  CHECK(lead_time(measured, {}, std::nullopt, {}).p90 == 60s);
  CHECK(lead_time(measured, {}, std::nullopt, {}).samples == 50);
}

TEST_CASE("what the user states overrides what was measured") {
  const LeadTime lead = lead_time(seconds({100, 100, 100}), {}, 30s, {});
  CHECK(lead.p90 == 30s);
  CHECK(lead.source == api::LeadTimeSource::Configured);
  CHECK(lead.samples == 3);
}

TEST_CASE("no sample is never enough") {
  CHECK(lead_time({}, {}, std::nullopt, {10min, 0}).p90 == 10min);
}

TEST_CASE("until starts are measured, pods that were there before show their lead time") {
  const LeadTimeSettings settings{10min, 3};
  const auto source = [&](const LeadTime& lead) { return std::pair{lead.p90, lead.source}; };
  using api::LeadTimeSource;
  CHECK(source(lead_time({}, seconds({70, 80}), std::nullopt, settings)) ==
        std::pair{Millis(80s), LeadTimeSource::Observed});
  // Two pods lost Ready and came back hours after they were created: their times are no start's.
  CHECK(lead_time({}, seconds({70, 80, 75, 5'000, 90'000}), std::nullopt, settings).p90 == 80s);
  CHECK(source(lead_time({}, seconds({90'000}), std::nullopt, settings)) ==
        std::pair{Millis(10min), LeadTimeSource::Default});
  CHECK(lead_time(seconds({300}), seconds({70}), std::nullopt, settings).source == LeadTimeSource::Observed);
  CHECK(source(lead_time(seconds({300, 300, 300}), seconds({70}), std::nullopt, settings)) ==
        std::pair{Millis(300s), LeadTimeSource::Measured});
  CHECK(lead_time({}, seconds({70}), 30s, settings).source == LeadTimeSource::Configured);
}
