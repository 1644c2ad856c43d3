// ports::Cluster of one controller over the world. Its caches (AIAutoscalers, pods, HPAs, Forecasts) show the world as
// it is, or, while frozen, as it was when its watches were cut; scales are always read afresh, as the real one does.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "simulation/world.h"

namespace aia::simulation {

/// How a request fares on its way: good weather takes no time and loses nothing.
struct Fate {
  Millis takes{0};                    ///< until the server has it; the world goes on meanwhile
  std::optional<Error> request_lost;  ///< it never got there
  std::optional<Error> answer_lost;   ///< it was done, but the caller hears this
};

class VirtualCluster : public ports::Cluster {
 public:
  VirtualCluster(World& world, std::string identity);

  /// How long this controller may still write, asked before every write; unset: for ever (there is no election). As
  /// the real one's guard, a write gets no more time than that, and none is begun with less than `least_time`.
  std::function<Millis()> lease_left;
  Millis write_deadline{std::chrono::seconds(10)};
  Millis least_time{500};

  /// The way to the API server, asked for every request with its verb ("get", "scale", "status", …) and the time it
  /// has; unset: good weather.
  std::function<Fate(const std::string& verb, Millis deadline)> network;

  /// What is wrong with the data behind a scale of that target, for the audit log.
  std::function<std::string(const api::ObjectKey&)> doubt;

  void set_synced(bool synced) { synced_ = synced; }
  void freeze();  ///< the watches are cut
  void thaw() { frozen_.reset(); }

  [[nodiscard]] bool synced() const override { return synced_; }
  [[nodiscard]] std::vector<ports::WatchAge> watch_ages() const override;
  [[nodiscard]] bool leading() const override { return !lease_left || lease_left() >= least_time; }
  std::vector<ports::AutoscalerView> autoscalers() override;
  std::vector<Result<ports::Target>> targets(const std::vector<api::Autoscaler>& of, Millis deadline) override;
  std::vector<ports::Owner> other_owners(const std::string& ns, const api::TargetRef& target) override;
  std::vector<std::string> forecasts_of(const api::Autoscaler& autoscaler) override;
  Result<ports::ScaleView> read_scale(const api::Autoscaler& autoscaler) override;
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
  template <class Answer, class Apply>
  Answer write(const char* verb, const api::ObjectKey* scaled, Apply apply);

  World& world_;
  std::string identity_;
  bool synced_ = true;
  std::optional<View> frozen_;
  WallTime seen_{};    // what the caches showed when the AIAutoscalers were last asked for
  WallTime looked_{};  // and when that was
};

}  // namespace aia::simulation
