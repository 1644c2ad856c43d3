// Implements ports::Cluster over the API server. Four watches (AIAutoscalers, Forecasts, HorizontalPodAutoscalers,
// Pods) fill the stores that the loop reads. Scales are read fresh, and a write is one request (a Forecast's is up to
// three). Two more watches (Nodes, AcceleratorPools) fill the stores of the node pools, unless the controller looks
// after one namespace, where access to cluster-scoped objects may be forbidden.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controller/kube/client/discovery.h"
#include "controller/kube/kube_pools.h"
#include "controller/kube/lease/lease_guard.h"
#include "controller/kube/report/event_recorder.h"
#include "controller/kube/report/forecast_writer.h"
#include "controller/kube/watch/reflector.h"
#include "controller/kube/watch/store.h"
#include "controller/kube/workload/other_owners.h"
#include "controller/kube/workload/target_reader.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

struct KubeClusterOptions {
  std::string ns;                     ///< the only namespace; empty: all
  Millis write_deadline{10'000};      ///< of each request of a write
  ReflectorOptions watch;             ///< each watch sets its own resource, namespace, trim and seed
  std::uint64_t seed = 1;             ///< of back-offs and watch lengths: differs between replicas
  EventRecorderOptions events;        ///< instance: the host's name unless set
  std::function<Millis()> time_left;  ///< how long this process may still write; unset: for ever
  /// Called when an AIAutoscaler or AcceleratorPool came, went or changed its spec. Runs on a watch's thread: only mark
  /// state, never call the KubeCluster.
  std::function<void()> on_change;
};

class KubeCluster final : public ports::Cluster {
 public:
  /// Watches start at once; the destructor ends them. `transport` and `clock` outlive the KubeCluster.
  KubeCluster(http::Transport& transport, const ports::Clock& clock, KubeClusterOptions options);
  ~KubeCluster() override;

  [[nodiscard]] bool synced() const override;
  [[nodiscard]] std::vector<ports::WatchAge> watch_ages() const override;
  [[nodiscard]] bool leading() const override;
  std::vector<ports::AutoscalerView> autoscalers() override;
  std::vector<Result<ports::Target>> targets(const std::vector<api::Autoscaler>& autoscalers, Millis deadline) override;
  std::vector<ports::Owner> other_owners(const std::string& ns, const api::TargetRef& target) override;
  std::vector<std::string> forecasts_of(const api::Autoscaler& autoscaler) override;
  Result<ports::ScaleView> read_scale(const api::Autoscaler& autoscaler) override;
  Result<std::string> write_scale(const api::Autoscaler& autoscaler, int replicas,
                                  const std::string& resource_version) override;
  Status write_forecast(const api::Forecast& forecast) override;
  Status delete_forecast(const api::ObjectKey& key) override;
  Status write_status(const api::Autoscaler& autoscaler) override;
  Status write_event(const api::Autoscaler& about, const ports::Event& event) override;

  /// The node pools; nullptr where the controller looks after one namespace.
  ports::Pools* pools() { return pools_.get(); }

  /// The faults of all watches, in one line ("pods cannot be listed or watched: … (HTTP 403)"); empty: all watches
  /// work.
  [[nodiscard]] std::string problem() const;

  /// Why some ScaledObjects may be unseen, in one line; empty: all are seen.
  [[nodiscard]] std::string unseen_owners() const;

  /// Lets no further write begin and waits up to `limit` for the writes under way. True when all have ended.
  bool end_writes(Millis limit) { return writes_.close(limit); }

 private:
  std::unique_ptr<Reflector> reflect(const Resource& resource, Trim trim, ChangeSink& store);

  http::Transport& transport_;
  const ports::Clock& clock_;
  const KubeClusterOptions options_;
  LeaseGuard writes_;  // over transport_: every write goes through the guard
  Store<ports::AutoscalerView> autoscalers_;
  Store<StoredForecast> forecasts_;
  Store<HorizontalPodAutoscaler> hpas_;
  Store<LabelledPod> pods_;
  Discovery discovery_;
  TargetReader target_reader_;
  ScaledObjects scaled_objects_;
  ForecastWriter forecast_writer_;
  EventRecorder event_recorder_;
  std::unique_ptr<KubePools> pools_;
  std::vector<std::unique_ptr<Reflector>> reflectors_;  // last: they write to the stores
};

}  // namespace aia::kube
