// Bugs that must be caught: each is planted between the product and the world, and the checker whose business it is
// flags it within a few seeds. The same seeds without a bug flag nothing.
#include "tests/simulation/planted.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/sanitized.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

// A sanitizer makes a day last ten times as long.
constexpr int kDaysOfAKind = testing::kSanitized ? 1 : 2;
constexpr Millis kDay = testing::kSanitized ? 4h : 12h;

struct MissingIsZero : ForwardingMetrics {
  using ForwardingMetrics::ForwardingMetrics;
  std::vector<Result<ports::QueryAnswer>> query(const std::vector<ports::MetricQuery>& queries, Millis left) override {
    auto answers = inner_.query(queries, left);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (!queries[i].start && (!answers[i] || answers[i]->series.empty()))
        answers[i] = ports::QueryAnswer{{{{}, {{queries[i].end, 0}}}}, {}, {}};
    }
    return answers;
  }
  std::vector<Result<ports::Evidence>> evidence(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                Millis) override {
    ports::Evidence fresh;
    fresh.pods = {{"", "", at, "gateway"}};
    return {queries.size(), fresh};
  }
};

struct AgeIsEvaluation : ForwardingMetrics {
  using ForwardingMetrics::ForwardingMetrics;
  std::vector<Result<ports::Evidence>> evidence(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                Millis left) override {
    auto all = inner_.evidence(queries, at, left);
    for (auto& one : all) {
      if (!one) continue;
      for (auto& pod : one.value().pods) pod.newest = at;
      if (one->pods.empty()) one.value().pods = {{"", "", at, "gateway-0"}};
    }
    return all;
  }
};

struct PartialIsWhole : ForwardingMetrics {
  using ForwardingMetrics::ForwardingMetrics;
  std::vector<Result<ports::Evidence>> evidence(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                Millis left) override {
    auto all = inner_.evidence(queries, at, left);
    for (auto& one : all) {
      if (one) one.value().pods = {{"", "", at - 15s, "whoever"}};
    }
    return all;
  }
};

struct HistoryNeverRead : ForwardingMetrics {
  using ForwardingMetrics::ForwardingMetrics;
  std::vector<Result<ports::QueryAnswer>> query(const std::vector<ports::MetricQuery>& queries, Millis left) override {
    std::vector<ports::MetricQuery> instant;
    for (const auto& one : queries) {
      if (!one.start) instant.push_back(one);
    }
    auto answers = inner_.query(instant, left);
    std::vector<Result<ports::QueryAnswer>> all;
    std::size_t next = 0;
    for (const auto& one : queries) all.push_back(one.start ? ports::QueryAnswer{} : std::move(answers[next++]));
    return all;
  }
};

struct NoVersion : Forwarding {
  using Forwarding::Forwarding;
  Result<std::string> write_scale(const api::Autoscaler& object, int replicas, const std::string&) override {
    return inner_.write_scale(object, replicas, "");
  }
};

struct NoBounds : Forwarding {
  using Forwarding::Forwarding;
  std::vector<ports::AutoscalerView> autoscalers() override {
    auto views = inner_.autoscalers();
    for (auto& view : views) view.object.spec.min_replicas = 1, view.object.spec.max_replicas = 1000;
    return views;
  }
};

struct NeverDeletes : Forwarding {
  using Forwarding::Forwarding;
  Status delete_forecast(const api::ObjectKey&) override { return done; }
};

struct WritesTwice : Forwarding {
  using Forwarding::Forwarding;
  Status write_status(const api::Autoscaler& object) override {
    static_cast<void>(inner_.write_status(object));
    return inner_.write_status(object);
  }
};

struct OneForAll : Forwarding {
  using Forwarding::Forwarding;
  std::vector<Result<ports::Target>> targets(const std::vector<api::Autoscaler>& of, Millis deadline) override {
    auto all = inner_.targets(of, deadline);
    const auto failed = std::find_if(all.begin(), all.end(), [](const auto& one) { return !one.ok(); });
    if (failed == all.end()) return all;
    return {of.size(), Result<ports::Target>(failed->error())};
  }
};

struct OwnersUnseen : Forwarding {
  using Forwarding::Forwarding;
  std::vector<ports::Owner> other_owners(const std::string&, const api::TargetRef&) override { return {}; }
};

struct AgeOfCachesUnseen : Forwarding {
  using Forwarding::Forwarding;
  [[nodiscard]] std::vector<ports::WatchAge> watch_ages() const override { return {}; }
};

struct TroubleUnsaid : Forwarding {
  using Forwarding::Forwarding;
  Status write_status(const api::Autoscaler& object) override {
    for (const auto& one : object.status.conditions) {
      if (one.type == api::ConditionType::MetricsHealthy && one.status == api::ConditionStatus::False) return done;
    }
    return inner_.write_status(object);
  }
};

struct GivesUp : Forwarding {
  using Forwarding::Forwarding;
  bool gave_up = false;
  Result<std::string> write_scale(const api::Autoscaler& object, int replicas, const std::string& version) override {
    if (gave_up) return Error{ErrorKind::Conflict, "gave up", {}};
    auto written = inner_.write_scale(object, replicas, version);
    gave_up = !written.ok() && written.error().kind == ErrorKind::Conflict;
    return written;
  }
};

/// Once a leader, always a leader: the lease's end is not looked at.
Planted lease_without_end() {
  Planted planted;
  planted.configure = [](VirtualCluster& cluster) {
    cluster.lease_left = [inner = cluster.lease_left, led = false]() mutable {
      led = led || inner() > Millis(0);
      return led ? Millis(20s) : Millis(0);
    };
  };
  return planted;
}

TEST_CASE("planted: each bug is caught by the checker whose business it is", "[weeks]") {
  struct Bug {
    const char* what;
    const char* checker;
    FaultKind fault;
    Planted planted;
    std::uint64_t first = kFirst;  ///< seed: where a bug shows in few days only, near one of them
  };
  const auto bug = GENERATE(values<Bug>({
      {"missing taken for zero", "scale-in", FaultKind::MetricsAway, in_metrics<MissingIsZero>()},
      {"the evaluation's time taken for the sample's", "scale-in", FaultKind::ScrapeStops,
       in_metrics<AgeIsEvaluation>(), 27},
      {"a partial sum taken as whole", "scale-in", FaultKind::ScrapePartial, in_metrics<PartialIsWhole>()},
      {"scaled in before history was read", "scale-in", FaultKind::Crash, in_metrics<HistoryNeverRead>()},
      {"the lease's end not looked at", "one-writer", FaultKind::NetworkCut, lease_without_end()},
      {"the resourceVersion ignored", "one-writer", FaultKind::ScaleByHand, in_cluster<NoVersion>()},
      {"another owner overlooked", "one-writer", FaultKind::OwnerAppears, in_cluster<OwnersUnseen>()},
      {"the caches' age not looked at", "scale-in", FaultKind::WatchesCut, in_cluster<AgeOfCachesUnseen>()},
      {"bounds not heeded", "bounds", FaultKind::EditBounds, in_cluster<NoBounds>()},
      {"Forecasts left behind", "leftovers", FaultKind::RenameDemand, in_cluster<NeverDeletes>()},
      {"writes repeated", "duplicates", FaultKind::ApiErrors, in_cluster<WritesTwice>()},
      {"one target's trouble everybody's", "cycles", FaultKind::TargetGone, in_cluster<OneForAll>()},
      {"trouble with metrics not said", "conditions", FaultKind::MetricsAway, in_cluster<TroubleUnsaid>()},
      {"no second try after a conflict", "convergence", FaultKind::ApiConflicts, in_cluster<GivesUp>()},
  }));
  INFO(bug.what << ", by " << bug.checker);
  const auto seed = caught_by(bug.checker, days_of(bug.fault, bug.planted), bug.first);
  CHECK(seed != 0);
}

TEST_CASE("planted: without a bug, days of one kind of fault flag nothing", "[weeks]") {
  for (int kind = 0; kind < kFaultKinds; ++kind) {
    auto options = days_of(static_cast<FaultKind>(kind));
    options.length = kDay;
    for (const auto& outcome : simulate_many(kFirst, kDaysOfAKind, 2, options)) {
      INFO(to_string(static_cast<FaultKind>(kind)) << ", seed " << outcome.seed);
      INFO((outcome.violations.empty() ? "" : outcome.violations.front().what));
      CHECK(outcome.violations.empty());
    }
  }
}

}  // namespace
}  // namespace aia::simulation
