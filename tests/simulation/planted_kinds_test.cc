// Bugs that must be caught, of the hour in which pods fail, rollouts roll, samples are wrong and clocks jump: each is
// planted between the product and the world, and the checker whose business it is flags it within a few seeds.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "simulation/faults/truths.h"
#include "tests/simulation/planted.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

/// Changes every target that was read.
template <class Change>
struct Targets : Forwarding {
  using Forwarding::Forwarding;
  Change change{};
  std::vector<Result<ports::Target>> targets(const std::vector<api::Autoscaler>& of, Millis deadline) override {
    auto all = inner_.targets(of, deadline);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i]) change(of[i], all[i].value());
    }
    return all;
  }
};

/// A container that runs is taken for one that serves.
struct LostAreReady {
  void operator()(const api::Autoscaler&, ports::Target& target) const {
    for (auto& pod : target.pods) {
      if (pod.lost_since) pod.ready_since = pod.created;
      pod.lost_since.reset();
    }
  }
};

/// A pod that is not Ready is a start, and each look a new one.
struct LostAreStarts {
  int looks = 0;
  void operator()(const api::Autoscaler&, ports::Target& target) {
    ++looks;
    for (auto& pod : target.pods) {
      if (!pod.lost_since) continue;
      pod.created = *pod.lost_since;
      pod.uid += std::to_string(looks);
      pod.restarted = false;
      pod.lost_since.reset();
    }
  }
};

struct UnseenAreNone {
  void operator()(const api::Autoscaler&, ports::Target& target) const { target.pods_unseen.clear(); }
};

/// Pods are taken for such that start side by side.
struct OrderUnseen {
  void operator()(const api::Autoscaler&, ports::Target& target) const {
    target.ordered = false;
    for (auto& pod : target.pods) pod.created -= 10s;  // so that the pods do not tell, either
  }
};

struct UidOnce {
  std::map<api::ObjectKey, std::string> first;
  void operator()(const api::Autoscaler& of, ports::Target& target) {
    target.uid = first.try_emplace(of.meta.key(), target.uid).first->second;
  }
};

struct NeverStalls {
  void operator()(const api::Autoscaler&, ports::Target& target) const { target.progress_deadline = 24h; }
};

struct NoSecondLook : Forwarding {
  using Forwarding::Forwarding;
  Result<ports::ScaleView> read_scale(const api::Autoscaler&) override {
    return Error{ErrorKind::Unavailable, "not looked at again", {}};
  }
};

/// As long as most pods are starts that do not come up, nothing more is started.
struct StuckRefuse : Forwarding {
  using Forwarding::Forwarding;
  Result<std::string> write_scale(const api::Autoscaler& object, int replicas, const std::string& version) override {
    const auto target = std::move(inner_.targets({object}, 1s).front());
    int waiting = 0;
    for (const auto& pod : target ? target->pods : std::vector<ports::Pod>{}) waiting += pod.ready_since ? 0 : 1;
    if (target && waiting > 0 && replicas > target->spec_replicas)
      return Error{ErrorKind::Forbidden, "starts are stuck", {}};
    return inner_.write_scale(object, replicas, version);
  }
};

/// What may be doubled is tripled.
struct Triples : Forwarding {
  using Forwarding::Forwarding;
  std::map<api::ObjectKey, int> seen;
  std::vector<Result<ports::Target>> targets(const std::vector<api::Autoscaler>& of, Millis deadline) override {
    auto all = inner_.targets(of, deadline);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i]) seen[of[i].meta.key()] = all[i]->spec_replicas;
    }
    return all;
  }
  Result<std::string> write_scale(const api::Autoscaler& object, int replicas, const std::string& version) override {
    const int now = seen[object.meta.key()];
    const bool doubles = replicas >= 2 * now - 1;
    return inner_.write_scale(object, doubles ? std::min(3 * now, object.spec.max_replicas) : replicas, version);
  }
};

/// Nothing is expected of demand, so that whatever it does is followed at once.
struct NothingExpected : Forwarding {
  using Forwarding::Forwarding;
  std::vector<ports::AutoscalerView> autoscalers() override {
    auto views = inner_.autoscalers();
    for (auto& view : views) view.object.spec.forecast.model = api::ModelChoice::Off;
    return views;
  }
};

struct HoldsUnsaid : Forwarding {
  using Forwarding::Forwarding;
  Status write_status(const api::Autoscaler& object) override {
    auto changed = object;
    std::erase_if(changed.status.conditions, [](const auto& one) {
      return one.type == api::ConditionType::ScaleInHeld || one.type == api::ConditionType::ReplicasServing ||
             one.type == api::ConditionType::ScalingLimited;
    });
    return inner_.write_status(changed);
  }
};

/// Each point of the history is the largest of its neighbourhood, as max_over_time gives it.
struct LargestAround : ForwardingMetrics {
  using ForwardingMetrics::ForwardingMetrics;
  std::vector<Result<ports::QueryAnswer>> query(const std::vector<ports::MetricQuery>& queries, Millis left) override {
    auto answers = inner_.query(queries, left);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (!queries[i].start || !answers[i]) continue;
      auto wider = queries[i];
      *wider.start -= 6 * wider.step;
      const auto around = std::move(inner_.query({wider}, left).front());
      for (auto& series : answers[i].value().series) raise(series, around, wider.step);
    }
    return answers;
  }

 private:
  static void raise(ports::LabelledSeries& series, const Result<ports::QueryAnswer>& around, Millis step) {
    if (!around || around->series.empty()) return;
    for (auto& sample : series.samples) {
      for (const auto& near : around->series.front().samples) {
        const bool is_near = near.time <= sample.time && near.time >= sample.time - 6 * step;
        if (is_near) sample.value = std::max(sample.value, near.value);
      }
    }
  }
};

/// Whoever reported once and does not now is a part of the query that nothing lies behind.
struct GoneAreMissing : ForwardingMetrics {
  using ForwardingMetrics::ForwardingMetrics;
  std::map<std::string, std::set<std::string>> known;
  std::vector<Result<ports::Evidence>> evidence(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                Millis left) override {
    auto all = inner_.evidence(queries, at, left);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!all[i]) continue;
      std::set<std::string> now;
      for (const auto& pod : all[i]->pods) now.insert(pod.instance);
      known[queries[i].promql].insert(now.begin(), now.end());
      for (const auto& instance : known[queries[i].promql]) {
        if (!now.contains(instance)) all[i].value().unseen.push_back(instance);
      }
    }
    return all;
  }
};

/// Durations are measured on the wall clock.
struct NothingIsSteady : ports::Clock {
  explicit NothingIsSteady(ports::Clock& inner) : inner_(inner) {}
  [[nodiscard]] WallTime now() const override { return inner_.now(); }
  [[nodiscard]] Millis steady() const override { return inner_.now().time_since_epoch(); }

 private:
  ports::Clock& inner_;
};

Planted on_wall_time() {
  Planted planted;
  planted.clock = [](ports::Clock& inner) { return std::make_unique<NothingIsSteady>(inner); };
  return planted;
}

/// Pods on nodes are overlooked.
struct NodesLookEmpty : ForwardingPools {
  using ForwardingPools::ForwardingPools;
  std::vector<ports::PoolSupply> supplies(const std::vector<api::AcceleratorPool>& pools, Millis deadline) override {
    auto all = inner_.supplies(pools, deadline);
    for (auto& supply : all) {
      for (auto& node : supply.nodes) node.busy = false, node.held.clear();
    }
    return all;
  }
};

TEST_CASE("planted: each bug of the hour that matters is caught by the checker whose business it is", "[weeks]") {
  struct Bug {
    const char* what;
    const char* checker;
    FaultKind fault;
    Planted planted;
  };
  const auto bug = GENERATE(values<Bug>({
      {"lost pods counted as Ready", "lost", FaultKind::CrashLoop, in_cluster<Targets<LostAreReady>>()},
      {"lost pods taken for starts", "capacity", FaultKind::CrashLoop, in_cluster<Targets<LostAreStarts>>()},
      {"what cannot be seen taken for none", "scale-in-goes-on", FaultKind::NoSelector,
       in_cluster<Targets<UnseenAreNone>>()},
      {"no second look after a conflict", "conflicts", FaultKind::VersionMoves, in_cluster<NoSecondLook>()},
      {"starts that hang refuse what is needed now", "need-now", FaultKind::RolloutStuck, in_cluster<StuckRefuse>()},
      {"a rollout holds for ever", "scale-in-goes-on", FaultKind::RolloutStuck, in_cluster<Targets<NeverStalls>>()},
      {"another target under the same name not noticed", "need-now", FaultKind::Rebirth,
       in_cluster<Targets<UidOnce>>()},
      {"a jump followed further than it is confirmed", "flukes", FaultKind::BadSamples, in_cluster<Triples>()},
      {"a bad sample spread over its neighbours", "convergence", FaultKind::BadSamples, in_metrics<LargestAround>()},
      {"replaced sources missed", "scale-in-goes-on", FaultKind::SourcesChurn, in_metrics<GoneAreMissing>()},
      {"a collapse followed at once", "collapse", FaultKind::DemandGone, in_cluster<NothingExpected>()},
      {"windows measured on the wall clock", "need-now", FaultKind::ClockJump, on_wall_time()},
      {"a hold not said", "holds", FaultKind::CrashLoop, in_cluster<HoldsUnsaid>()},
      {"nodes given back under pods", "pool", FaultKind::PoolConflicts, in_pools<NodesLookEmpty>()},
  }));
  INFO(bug.what << ", by " << bug.checker);
  const auto options = days_of(bug.fault, bug.planted);
  const auto seed = caught_by(bug.checker, options, kFirst);
  CHECK(seed != 0);
}

/// Of what a steep daily rise needs, the share that is Ready a lead time after it, on average over days without faults.
double ready_after_the_rise(const Planted& planted) {
  SimulationOptions options;
  options.population.ordered = true;
  options.faults.mean_faults = 0;
  options.controller.planted = planted;
  double sum = 0;
  int days = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Record record = run_day(seed, options);
    for (const auto& one : record.inhabitants) {
      if (!one.steep || one.spec.mode != api::Mode::Auto) continue;
      const WallTime at = *one.steep + one.service.lead_max;
      const auto* moment = moment_at(record, record.index_of(one.key), at);
      sum += std::min(1.0, static_cast<double>(moment->ready) / need_of(one.service.demand_rps(at), one));
      ++days;
    }
  }
  REQUIRE(days >= 8);
  return sum / days;
}

TEST_CASE("planted: starts one after another planned as one show over many days, as no single day tells", "[weeks]") {
  const double as_it_is = ready_after_the_rise({});
  const double planned_as_one = ready_after_the_rise(in_cluster<Targets<OrderUnseen>>());
  INFO("Ready of what is needed: " << as_it_is << ", planned as one: " << planned_as_one);
  CHECK(as_it_is > 0.8);
  CHECK(planned_as_one < 0.7);
}

}  // namespace
}  // namespace aia::simulation
