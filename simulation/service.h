// A simulated inference service. Requests arrive, wait in a FIFO queue while all Ready replicas are busy, and are
// served as a fluid in small steps (service.cc). Pods follow the replica count and become Ready a lead time after their
// creation; they may lose Ready, never become Ready, or start one after another (service_pods.cc). At every scrape the
// service remembers the figures that Prometheus would have: arrivals, queue, work in progress and utilisation
// (service_scrapes.cc).
#pragma once

#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/ports/cluster.h"
#include "simulation/random.h"

namespace aia::simulation {

using DemandFunction = std::function<double(WallTime)>;  ///< requests per second; any moment, also before the start

struct ServiceOptions {
  DemandFunction demand_rps;
  DemandFunction history_rps;   ///< scraped before the start, NaN: no scrape; unset: demand_rps
  double per_replica_rps = 10;  ///< capacity of a Ready replica
  Millis lead_min{std::chrono::minutes(4)}, lead_max{std::chrono::minutes(6)};  ///< a start, drawn for each pod
  Millis slo_wait{std::chrono::seconds(1)};  ///< the SLO: a request starts at most this long after its arrival
  int gpus_per_replica = 1;
  Millis step{std::chrono::seconds(1)};              ///< of the fluid queue
  Millis scrape_interval{std::chrono::seconds(15)};  ///< scrapes are at its multiples since the epoch
  int gateways = 2;      ///< sources that report the figures, in equal parts; 0: the Ready pods report
  bool ordered = false;  ///< a pod is created when all earlier pods are Ready (a StatefulSet's OrderedReady)
};

/// Stands for a sample that does not exist.
inline constexpr double kNoSample = std::numeric_limits<double>::quiet_NaN();

/// Scraping fails for some of a service's sources.
struct ScrapeFault {
  double share = 1;    ///< of the sources, in (0, 1]; 1: all
  bool marked = true;  ///< with staleness markers: series end at once. Else samples just stop and age
};

/// Sums since the start (or since the last reset_totals()).
struct ServiceTotals {
  double arrived = 0;                ///< requests
  double started = 0;                ///< requests whose service began
  double started_in_slo = 0;         ///< requests whose service began within slo_wait
  double worst_queue = 0;            ///< requests
  Millis longest_wait{0};            ///< of any request, waiting requests included
  double replica_seconds = 0;        ///< from the creation of each pod to its deletion
  double ready_seconds = 0;          ///< replica_seconds in which the pod was Ready
  double gpu_seconds = 0;            ///< GPU-seconds while the pod holds GPUs: with a node pool from its binding on
  std::vector<Millis> node_waits{};  ///< per pod: from creation to binding, or to deletion unbound
};

/// A pod and its drawn fate.
struct ServicePod {
  ports::Pod pod;
  WallTime ready_at{};
  WallTime asked{};                    ///< creation, to the millisecond
  Millis lead{0};                      ///< from its binding to a node to Ready
  WallTime scraped = WallTime::min();  ///< newest sample of the pod
  double lot = 0;      ///< in [0, 1), drawn once: a fault that hits a share of the pods hits the lowest lots
  bool stuck = false;  ///< the pod never becomes Ready
  int rank = 0;        ///< the number in the pod's name
};

/// A source that reports demand: a gateway or a pod.
struct Source {
  std::string pod, instance;
  WallTime newest{};
};

class Service {
 public:
  /// Starts with `replicas` pods that are Ready and a day old.
  Service(api::ObjectKey key, ServiceOptions options, int replicas, WallTime start, Random random);

  /// Simulates arrivals, service, pods and scrapes until `to`.
  void advance_to(WallTime to);

  [[nodiscard]] const api::ObjectKey& key() const { return key_; }
  [[nodiscard]] const ServiceOptions& options() const { return options_; }
  [[nodiscard]] int replicas() const { return replicas_; }  ///< as in the scale subresource
  [[nodiscard]] int gpus_per_replica() const { return options_.gpus_per_replica; }
  [[nodiscard]] int ready() const { return ready_; }
  [[nodiscard]] int lost() const;  ///< pods that were Ready and are not
  [[nodiscard]] double queue() const { return queue_; }
  [[nodiscard]] const std::vector<ServicePod>& pods() const { return pods_; }
  [[nodiscard]] const ServiceTotals& totals() const { return totals_; }
  void reset_totals() { totals_ = {}; }

  /// Applies a write of the scale subresource: creates pods, or deletes pods. Pods without a node go first, then pods
  /// that are not Ready, then the youngest; where starts are ordered, the highest ranks go.
  void set_replicas(int replicas);
  /// Deletes the target with all its pods and creates it anew.
  void be_reborn(int replicas);

  /// Puts the service on a node pool: the pod at i is bound to nodes[i], and a later pod starts once it is bound.
  void live_on(const std::vector<std::string>& nodes);
  /// Binds a pod to a node: its start begins.
  void bind_pod(std::size_t index, const std::string& node);
  [[nodiscard]] bool waits_for_node(const ServicePod& pod) const { return on_nodes_ && pod.pod.node.empty(); }
  /// How long pods waited for a node since the last reset_totals(), waiting pods included.
  [[nodiscard]] std::vector<Millis> node_waits() const;

  /// Starts drawn from now on take `factor` times as long.
  void set_lead_factor(double factor) { lead_factor_ = factor; }
  /// This share of the pods created from now on never becomes Ready; without `room`, because no node takes them.
  void set_stuck_share(double share, bool room = true) { stuck_share_ = share, room_ = room; }
  /// Ends all delays of starts: no start takes longer than lead_max from now.
  void hasten_starts();
  /// Deletes a pod and creates another (an eviction, a dead node). No such index: nothing happens.
  void replace_pod(std::size_t index);
  /// Makes a Ready pod not Ready until `until`; `restarted`: because a container restarted. Other pods stay unchanged.
  void lose_pod(std::size_t index, WallTime until, bool restarted);
  /// Replaces a gateway. The series of the old gateway ends at once if `marked`; else its samples stop and age.
  void replace_gateway(std::size_t index, bool marked);
  /// Scraped arrivals, work in progress and utilisation (not the queue) are `factor` times too large from now on.
  void set_bad_factor(double factor) { bad_factor_ = factor; }

  /// Scrapes fail so from now on; unset: every source is scraped.
  void set_scrape_fault(std::optional<ScrapeFault> fault);

  /// As Prometheus has them at scrape `index` (counted since the epoch): the mean arrival rate (requests/s) over the
  /// interval before the scrape, and the queue (requests). Both are summed over the scraped sources; NaN: no source was
  /// scraped. Before the start: demand itself, and no queue.
  [[nodiscard]] double scraped_rps(std::int64_t index) const;
  [[nodiscard]] double scraped_queue(std::int64_t index) const;
  /// As the Ready pods report them: requests in progress, each taking a second, and the mean share of a pod in use.
  /// Neither shows requests that still wait in the queue.
  [[nodiscard]] double scraped_busy(std::int64_t index) const;
  [[nodiscard]] double scraped_utilization(std::int64_t index) const;
  /// The share of the sources that scrape `index` missed; 1: all of them.
  [[nodiscard]] double scraped_missing(std::int64_t index) const;
  /// All sources with a sample younger than `lookback` and no staleness marker.
  [[nodiscard]] std::vector<Source> sources(WallTime at, Millis lookback) const;
  [[nodiscard]] std::int64_t newest_scrape(WallTime at) const;  ///< index of the newest scrape at or before `at`

 private:
  struct Parcel {  // requests of the same arrival time
    WallTime arrived{};
    double amount = 0;
  };
  struct Scrape {
    double rps = 0, queue = 0;
    double missing = 0;
    double busy = 0, utilization = 0;
  };
  struct Gateway {
    int number = 0;
    WallTime newest{};  // newest sample
  };
  void step_to(WallTime to);
  void serve(double arriving, double capacity, WallTime middle);
  void become_ready();
  void scrape();
  double scrape_sources();
  [[nodiscard]] const Scrape* scraped(std::int64_t index) const;
  void create_pods();
  void find_room(ports::Pod& pod) const;
  void create_pod();
  void remove_pod(std::size_t index);
  [[nodiscard]] WallTime next_event(WallTime to) const;

  api::ObjectKey key_;
  ServiceOptions options_;
  Random random_;
  WallTime now_;
  int replicas_ = 0, ready_ = 0, next_pod_ = 0;
  int waiting_pods_ = 0;  // pods that wait for a node
  bool on_nodes_ = false, room_ = true;
  double lead_factor_ = 1, stuck_share_ = 0, bad_factor_ = 1;
  std::vector<ServicePod> pods_;
  WallTime next_ready_ = WallTime::max();
  std::deque<Parcel> waiting_;
  double queue_ = 0;
  ServiceTotals totals_;
  std::optional<ScrapeFault> scrape_fault_;
  std::vector<Gateway> gateways_, gone_gateways_;
  int next_gateway_ = 0;
  std::int64_t first_scrape_;
  double arrived_since_scrape_ = 0, started_since_scrape_ = 0;
  std::vector<Scrape> scrapes_;
};

}  // namespace aia::simulation
