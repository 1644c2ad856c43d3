// A controller process in the virtual world: the product's own loop and elector between faulty ports. The process can
// crash and starts again without memory. It can be stopped (SIGSTOP) at any moment and goes on as if no time had
// passed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/lease/elector.h"
#include "controller/loop/loop.h"
#include "simulation/faults/faulty_metrics.h"
#include "simulation/faults/faulty_network.h"
#include "simulation/virtual_metrics.h"
#include "simulation/virtual_pools.h"

namespace aia::simulation {

/// Bugs that a test plants: wrappers around the ports of the loop. All unset: the product without changes.
struct Planted {
  std::function<std::unique_ptr<ports::Cluster>(ports::Cluster&, World&)> cluster;
  std::function<std::unique_ptr<ports::MetricsSource>(ports::MetricsSource&)> metrics;
  std::function<std::unique_ptr<ports::Clock>(ports::Clock&)> clock;
  std::function<std::unique_ptr<ports::Pools>(ports::Pools&)> pools;
  std::function<void(VirtualCluster&)> configure;
};

struct ControllerOptions {
  loop::Settings loop;
  lease::Settings lease{std::chrono::seconds(30), std::chrono::seconds(20), std::chrono::seconds(4)};
  MetricsOptions metrics;
  std::map<api::ObjectKey, std::size_t>
      history_points;  ///< grid points of history to read before a scale-in, by service
  Planted planted;
};

/// A cycle that reported. A cycle whose process died meanwhile leaves no record.
struct CycleRecord {
  int controller = 0;
  WallTime begun{}, ended{};
  bool synced = false, leading = false;
  struct Object {
    api::ObjectKey key;
    std::optional<int> desired;
    std::string error;  ///< the first error; empty: none
  };
  std::vector<Object> objects;
};

class Controller : public ports::Reporter {
 public:
  /// `services` are in the order of the fault plan's indices.
  Controller(World& world, const FaultPlan& plan, int index, std::vector<api::ObjectKey> services,
             const ControllerOptions& options, std::uint64_t seed);

  void start();
  void crash();
  void report(const ports::CycleReport& cycle) override;
  void pause(WallTime until) { paused_until_ = until; }
  void pause_in_next_write(WallTime until) { pause_in_write_until_ = until; }
  void set_skew(Millis skew) { clock_.set_skew(skew); }
  /// Cuts or restores the watches as the fault plan says; called whenever a fault begins or ends.
  void update_watches();

  [[nodiscard]] bool alive() const { return alive_; }
  [[nodiscard]] WallTime started() const { return started_; }
  [[nodiscard]] const std::vector<CycleRecord>& cycles() const { return cycles_; }
  [[nodiscard]] const std::vector<Fluke>& flukes() const { return metrics_.flukes(); }

 private:
  void later(Millis after, void (Controller::*what)());
  void sync();
  void cycle();
  void run_cycle();
  [[nodiscard]] lease::Fitness fitness() const;
  void lease_step();
  void send_lease(const lease::Step& step);
  void sleep_if_stopped();
  Fate on_the_way(const std::string& verb, Millis deadline);
  [[nodiscard]] bool stopped() const { return world_.now() < paused_until_; }
  [[nodiscard]] std::string doubt(const api::ObjectKey& target) const;
  void build();
  void build_pools();
  [[nodiscard]] std::optional<Error> pool_failure(const std::string& verb);

  World& world_;
  const FaultPlan& plan_;
  int index_;
  std::vector<api::ObjectKey> services_;
  ControllerOptions options_;
  SkewedClock clock_;
  FaultyNetwork network_, lease_network_;
  VirtualMetrics prometheus_;
  mutable FaultyMetrics metrics_;

  int life_ = 0;
  bool alive_ = false, in_cycle_ = false;
  WallTime started_{}, paused_until_{}, pause_in_write_until_{};
  std::string identity_;
  std::unique_ptr<VirtualCluster> cluster_;
  std::unique_ptr<VirtualPools> pools_;
  std::unique_ptr<ports::Cluster> planted_cluster_;
  std::unique_ptr<ports::MetricsSource> planted_metrics_;
  std::unique_ptr<ports::Clock> planted_clock_;
  std::unique_ptr<ports::Pools> planted_pools_;
  Random pool_random_;
  std::optional<lease::Elector> elector_;
  std::optional<loop::Loop> loop_;
  WallTime cycle_begun_{};
  std::vector<CycleRecord> cycles_;
};

}  // namespace aia::simulation
