// A controller's ports::Cluster over the world. Its caches (AIAutoscalers, pods, HPAs, Forecasts) show the world of
// now, or, while frozen, the world of the moment at which the watches were cut. Scales are always read afresh, as
// controller/kube/kube_cluster.h does.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "simulation/world.h"

namespace aia::simulation {

/// How a request fares on its way. By default it takes no time and nothing is lost.
struct Fate {
  Millis takes{0};                    ///< until the server has the request; the world goes on meanwhile
  std::optional<Error> request_lost;  ///< the server never got the request
  std::optional<Error> answer_lost;   ///< the server did the request, but the caller gets this error
};

class VirtualCluster : public ports::Cluster {
 public:
  VirtualCluster(World& world, std::string identity);

  /// How long this controller may still write, asked before every write; unset: for ever (there is no election). A
  /// write gets at most this time as its deadline, and no write begins with less than `least_time` left.
  std::function<Millis()> lease_left;
  Millis write_deadline{std::chrono::seconds(10)};
  Millis least_time{500};

  /// The way to the API server, asked for every request with its verb ("get", "scale", "status", …) and its deadline;
  /// unset: no faults.
  std::function<Fate(const std::string& verb, Millis deadline)> network;

  /// The fault in the data behind a scale of this target, for the audit log; empty: the data is sound.
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
  /// The contents of the caches.
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
  WallTime seen_{};    // the moment that the caches showed when AIAutoscalers were last listed
  WallTime looked_{};  // when AIAutoscalers were last listed
};

}  // namespace aia::simulation
