// ports::Cluster of one controller over the world. Its caches (AIAutoscalers, pods, HPAs, Forecasts) show the world as
// it is, or, while frozen, as it was when its watches were cut; scales are always read afresh, as the real one does.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "simulation/world.h"

namespace aia::simulation {

class VirtualCluster : public ports::Cluster {
 public:
  VirtualCluster(World& world, std::string identity);

  /// How long this controller may still write, asked before every write; unset: for ever (there is no election).
  std::function<Millis()> lease_left;
  /// A write is sent only when the lease outlives this.
  Millis write_deadline{std::chrono::seconds(2)};

  void set_synced(bool synced) { synced_ = synced; }
  void freeze();  ///< the watches are cut
  void thaw() { frozen_.reset(); }
  [[nodiscard]] WallTime view() const { return frozen_ ? frozen_->at : world_.now(); }

  [[nodiscard]] bool synced() const override { return synced_; }
  [[nodiscard]] bool leading() const override { return !lease_left || lease_left() > Millis(0); }
  std::vector<ports::AutoscalerView> autoscalers() override;
  std::vector<Result<ports::Target>> targets(const std::vector<api::Autoscaler>& of, Millis deadline) override;
  std::vector<ports::Owner> other_owners(const std::string& ns, const api::TargetRef& target) override;
  std::vector<std::string> forecasts_of(const api::Autoscaler& autoscaler) override;
  Result<std::string> write_scale(const api::Autoscaler& autoscaler, int replicas, const std::string& version) override;
  Status write_forecast(const api::Forecast& forecast) override;
  Status delete_forecast(const api::ObjectKey& key) override;
  Status write_status(const api::Autoscaler& autoscaler) override;
  Status write_event(const api::Autoscaler& about, const ports::Event& event) override;

 private:
  /// What the caches hold.
  struct View {
    WallTime at{};
    std::vector<ports::AutoscalerView> autoscalers;
    std::map<api::ObjectKey, std::vector<ports::Pod>> pods;      // by target
    std::map<api::ObjectKey, std::vector<ports::Owner>> owners;  // by target
    std::map<std::string, std::vector<std::string>> forecasts;   // by uid of the owner
  };
  [[nodiscard]] View look() const;
  Result<ports::Target> target_of(const api::Autoscaler& autoscaler);
  [[nodiscard]] std::optional<Error> refused() const;
  [[nodiscard]] Writer self() const { return {identity_, view()}; }

  World& world_;
  std::string identity_;
  bool synced_ = true;
  std::optional<View> frozen_;
};

}  // namespace aia::simulation
