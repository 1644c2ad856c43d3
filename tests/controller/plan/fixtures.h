// Inputs for the planner's tests: a service at rest, which a test changes in the one thing it is about. One replica
// takes 12/s, starts take 430 s (7m10s), data is 0 s old, the planning quantile is P95.
#pragma once

#include <functional>

#include "controller/plan/plan.h"
#include "tests/controller/words.h"

namespace aia::plan::testing {

using namespace std::chrono_literals;

inline constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};

/// A fan from `median(ahead)`, one knot a minute for an hour, whose P95 is `upper` × that, ending at `kNow`.
inline forecasting::Fan fan_of(const std::function<double(Millis)>& median, double upper = 1.1) {
  forecasting::Fan fan;
  fan.origin = kNow;
  fan.levels = {0.1, 0.5, 0.95};
  fan.values = forecasting::Matrix(60, fan.levels.size());
  for (std::size_t k = 0; k < 60; ++k) {
    fan.offsets.push_back(static_cast<int>(k + 1) * 60s);
    const double middle = median(fan.offsets.back());
    fan.values(k, 0) = 0.9 * middle, fan.values(k, 1) = middle, fan.values(k, 2) = upper * middle;
  }
  fan.latest = median(0s);
  return fan;
}

inline forecasting::Fan flat(double median, double upper = 1.1) {
  return fan_of([=](Millis) { return median; }, upper);
}

inline DemandInput demand(double value, api::DemandKind kind = api::DemandKind::Rate, double per_replica = 12) {
  DemandInput input;
  input.spec.name = "requests";
  input.spec.query = "q";
  input.spec.kind = kind;
  input.spec.capacity_per_replica = per_replica;
  input.trust = Trust::Whole;
  input.value = value;
  return input;
}

/// `replicas` Ready, bounds 1 to 40, warmed up, no stabilisation, no tolerance: what is recommended is what is desired.
inline Input at_rest(int replicas, DemandInput entry) {
  Input input;
  input.now = kNow;
  input.spec.min_replicas = 1;
  input.spec.max_replicas = 40;
  input.spec.scale_down = {0s, 0.0};
  input.demand = {std::move(entry)};
  input.spec.demand = {input.demand[0].spec};
  input.replicas = {replicas, replicas, {}, ""};
  input.lead = {430s, api::LeadTimeSource::Measured, 20};
  input.warmed_up = true;
  return input;
}

/// One more decision, a moment later, on what the last one left.
inline Decision next(Input& input, const Decision& before, Millis later) {
  input.now += later;
  input.memory = before.memory;
  input.history = {{input.now - later, *before.recommendation}};
  return decide(input, {});
}

inline std::vector<std::string> codes(const Decision& decision) {
  std::vector<std::string> out;
  for (const auto& reason : decision.reasons) out.emplace_back(to_string(reason.code));
  return out;
}

using Codes = std::vector<std::string>;

/// The message of the first reason with `code`; empty when there is none.
inline std::string message(const Decision& decision, const std::string& code) {
  for (const auto& reason : decision.reasons) {
    if (reason.code == code) return reason.message;
  }
  return {};
}

}  // namespace aia::plan::testing
