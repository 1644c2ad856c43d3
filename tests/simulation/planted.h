// Bugs to plant: wrappers around the ports that do one thing wrong, as a careless change to the product would.
#pragma once

#include <algorithm>
#include <memory>

#include "simulation/faults/simulate.h"

namespace aia::simulation {

/// Does what the cluster behind it does.
class Forwarding : public ports::Cluster {
 public:
  explicit Forwarding(ports::Cluster& inner) : inner_(inner) {}
  [[nodiscard]] bool synced() const override { return inner_.synced(); }
  [[nodiscard]] std::vector<ports::WatchAge> watch_ages() const override { return inner_.watch_ages(); }
  [[nodiscard]] bool leading() const override { return inner_.leading(); }
  std::vector<ports::AutoscalerView> autoscalers() override { return inner_.autoscalers(); }
  std::vector<Result<ports::Target>> targets(const std::vector<api::Autoscaler>& of, Millis deadline) override {
    return inner_.targets(of, deadline);
  }
  std::vector<ports::Owner> other_owners(const std::string& ns, const api::TargetRef& target) override {
    return inner_.other_owners(ns, target);
  }
  std::vector<std::string> forecasts_of(const api::Autoscaler& object) override { return inner_.forecasts_of(object); }
  Result<ports::ScaleView> read_scale(const api::Autoscaler& object) override { return inner_.read_scale(object); }
  Result<std::string> write_scale(const api::Autoscaler& object, int replicas, const std::string& version) override {
    return inner_.write_scale(object, replicas, version);
  }
  Status write_forecast(const api::Forecast& forecast) override { return inner_.write_forecast(forecast); }
  Status delete_forecast(const api::ObjectKey& key) override { return inner_.delete_forecast(key); }
  Status write_status(const api::Autoscaler& object) override { return inner_.write_status(object); }
  Status write_event(const api::Autoscaler& about, const ports::Event& event) override {
    return inner_.write_event(about, event);
  }

 protected:
  ports::Cluster& inner_;
};

class ForwardingMetrics : public ports::MetricsSource {
 public:
  explicit ForwardingMetrics(ports::MetricsSource& inner) : inner_(inner) {}
  [[nodiscard]] Result<std::string> admit(const std::string& promql, const std::string& ns) const override {
    return inner_.admit(promql, ns);
  }
  std::vector<Result<ports::QueryAnswer>> query(const std::vector<ports::MetricQuery>& queries,
                                                Millis deadline) override {
    return inner_.query(queries, deadline);
  }
  [[nodiscard]] int evidence_queries(const std::string& promql) const override {
    return inner_.evidence_queries(promql);
  }
  std::vector<Result<ports::Evidence>> evidence(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                Millis deadline) override {
    return inner_.evidence(queries, at, deadline);
  }

 protected:
  ports::MetricsSource& inner_;
};

class ForwardingPools : public ports::Pools {
 public:
  explicit ForwardingPools(ports::Pools& inner) : inner_(inner) {}
  std::vector<ports::PoolView> pools() override { return inner_.pools(); }
  std::vector<ports::PoolSupply> supplies(const std::vector<api::AcceleratorPool>& pools, Millis deadline) override {
    return inner_.supplies(pools, deadline);
  }
  Result<std::vector<ports::Buffer>> buffers(Millis deadline) override { return inner_.buffers(deadline); }
  Status write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& size) override {
    return inner_.write_size(pool, size);
  }
  Status write_buffer(const ports::BufferWrite& write) override { return inner_.write_buffer(write); }
  Status delete_buffer(const ports::Buffer& buffer) override { return inner_.delete_buffer(buffer); }
  Status hold(const api::AcceleratorPool& pool, bool held) override { return inner_.hold(pool, held); }
  Status write_status(const api::AcceleratorPool& pool) override { return inner_.write_status(pool); }
  Status write_event(const api::AcceleratorPool& about, const ports::Event& event) override {
    return inner_.write_event(about, event);
  }

 protected:
  ports::Pools& inner_;
};

template <class Wrapper>
Planted in_cluster() {
  Planted planted;
  planted.cluster = [](ports::Cluster& inner, World&) { return std::make_unique<Wrapper>(inner); };
  return planted;
}

template <class Wrapper>
Planted in_metrics() {
  Planted planted;
  planted.metrics = [](ports::MetricsSource& inner) { return std::make_unique<Wrapper>(inner); };
  return planted;
}

template <class Wrapper>
Planted in_pools() {
  Planted planted;
  planted.pools = [](ports::Pools& inner) { return std::make_unique<Wrapper>(inner); };
  return planted;
}

constexpr std::uint64_t kFirst = 1, kSeeds = 40;

/// Twelve hours with about ten faults of one kind.
inline SimulationOptions days_of(FaultKind kind, Planted planted = {}) {
  SimulationOptions options;
  options.length = std::chrono::hours(12);
  options.faults.mean_faults = 10;
  options.faults.only = kind;
  options.controller.planted = std::move(planted);
  return options;
}

inline bool flags(const std::string& checker, std::uint64_t seed, const SimulationOptions& options) {
  const auto violations = simulate(seed, options).violations;
  return std::any_of(violations.begin(), violations.end(), [&](const auto& one) { return one.checker == checker; });
}

/// The first seed of 40 that `checker` flags, and does not flag without the bug; 0: none of them.
inline std::uint64_t caught_by(const std::string& checker, const SimulationOptions& options, std::uint64_t first) {
  auto without = options;
  without.controller.planted = {};
  for (auto seed = first; seed < first + kSeeds; ++seed) {
    if (flags(checker, seed, options) && !flags(checker, seed, without)) return seed;
  }
  return 0;
}

}  // namespace aia::simulation
