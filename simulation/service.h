// One inference service: demand comes in, waits in one FIFO queue while all Ready replicas are busy, and is served as a
// fluid in small steps (service.cc). Pods are created as the replica count says, become Ready a lead time later and
// serve; they may lose Ready, never get it, or start one after another (service_pods.cc). What Prometheus would scrape
// of it (arrivals, queue, work in progress, utilisation) is remembered at every scrape (service_scrapes.cc).
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
  DemandFunction history_rps;   ///< what was scraped before the start, NaN: nothing was; unset: demand_rps
  double per_replica_rps = 10;  ///< what one Ready replica serves
  Millis lead_min{std::chrono::minutes(4)}, lead_max{std::chrono::minutes(6)};  ///< a pod's start, drawn for each
  Millis slo_wait{std::chrono::seconds(1)};  ///< a request that starts later than this after its arrival has waited
  int gpus_per_replica = 1;
  Millis step{std::chrono::seconds(1)};              ///< of the fluid queue
  Millis scrape_interval{std::chrono::seconds(15)};  ///< on multiples of it since the epoch
  int gateways = 2;      ///< sources of what is scraped, in equal parts; 0: the Ready pods are
  bool ordered = false;  ///< a pod is created when all before it are Ready (a StatefulSet's OrderedReady)
};

/// In place of a sample that does not exist.
inline constexpr double kNoSample = std::numeric_limits<double>::quiet_NaN();

/// Scraping fails for some of a service's sources.
struct ScrapeFault {
  double share = 1;    ///< of the sources, in (0, 1]; 1: all
  bool marked = true;  ///< as a target that is down: gone at once. Else samples just stop and age
};

/// Sums since the start (or since the last reset_totals()).
struct ServiceTotals {
  double arrived = 0;                ///< requests
  double started = 0;                ///< of those, began to be served
  double started_in_slo = 0;         ///< … within slo_wait
  double worst_queue = 0;            ///< requests
  Millis longest_wait{0};            ///< of any request, those that still wait included
  double replica_seconds = 0;        ///< from each pod's creation to its deletion
  double ready_seconds = 0;          ///< of those, Ready
  double gpu_seconds = 0;            ///< of those, while it has its GPUs: bound to a node, where there are nodes
  std::vector<Millis> node_waits{};  ///< of the pods that were bound to a node, or deleted before: from their creation
};

/// A pod and what is going to happen to it.
struct ServicePod {
  ports::Pod pod;
  WallTime ready_at{};
  WallTime asked{};                    ///< its creation, to the millisecond
  Millis lead{0};                      ///< its start, from when it has a node
  WallTime scraped = WallTime::min();  ///< newest sample of it
  double lot = 0;                      ///< in [0, 1): drawn once, whether a fault that hits some hits it
  bool stuck = false;                  ///< it never becomes Ready
  int rank = 0;                        ///< the number in its name
};

/// Somebody who reports demand: a gateway or a pod.
struct Source {
  std::string pod, instance;
  WallTime newest{};
};

class Service {
 public:
  /// Starts with `replicas` pods that are Ready and a day old.
  Service(api::ObjectKey key, ServiceOptions options, int replicas, WallTime start, Random random);

  /// Lives on until `to`.
  void advance_to(WallTime to);

  [[nodiscard]] const api::ObjectKey& key() const { return key_; }
  [[nodiscard]] const ServiceOptions& options() const { return options_; }
  [[nodiscard]] int replicas() const { return replicas_; }  ///< as /scale says
  [[nodiscard]] int gpus_per_replica() const { return options_.gpus_per_replica; }
  [[nodiscard]] int ready() const { return ready_; }
  [[nodiscard]] int lost() const;  ///< pods that were Ready and are not
  [[nodiscard]] double queue() const { return queue_; }
  [[nodiscard]] const std::vector<ServicePod>& pods() const { return pods_; }
  [[nodiscard]] const ServiceTotals& totals() const { return totals_; }
  void reset_totals() { totals_ = {}; }

  /// /scale was written: pods are created now, or deleted (those that wait for a node first, then those not Ready, then
  /// the youngest; where starts are ordered the youngest).
  void set_replicas(int replicas);
  /// The target was deleted and created anew: no pod of before is left.
  void be_reborn(int replicas);

  /// Its pods live on nodes: the one at i is bound to nodes[i], and those created from now on start once they are
  /// bound.
  void live_on(const std::vector<std::string>& nodes);
  /// A pod found a node: its start begins.
  void bind_pod(std::size_t index, const std::string& node);
  [[nodiscard]] bool waits_for_node(const ServicePod& pod) const { return on_nodes_ && pod.pod.node.empty(); }
  /// How long pods waited for a node since the last reset_totals(), those that still do included.
  [[nodiscard]] std::vector<Millis> node_waits() const;

  /// Starts drawn from now on take `factor` times as long.
  void set_lead_factor(double factor) { lead_factor_ = factor; }
  /// Of the pods created from now on this share never becomes Ready; without `room`, because no node takes them.
  void set_stuck_share(double share, bool room = true) { stuck_share_ = share, room_ = room; }
  /// Whatever holds starts up is over: none takes longer than lead_max from now.
  void hasten_starts();
  /// Deletes a pod and creates another (an eviction, a node that died). No such index: nothing happens.
  void replace_pod(std::size_t index);
  /// A pod that is Ready is not until `until`; `restarted`: because a container did. Any other stays as it is.
  void lose_pod(std::size_t index, WallTime until, bool restarted);
  /// Another gateway takes the place of one; the series of the old one ends there, or, not `marked`, ages.
  void replace_gateway(std::size_t index, bool marked);
  /// What is scraped of arrivals from now on is so many times too much.
  void set_bad_factor(double factor) { bad_factor_ = factor; }

  /// From now on; unset: every source is scraped.
  void set_scrape_fault(std::optional<ScrapeFault> fault);

  /// As Prometheus has it, at scrape `index` (counted since the epoch): the mean arrival rate (requests/s) over the
  /// interval that ended there, and the queue, both summed over the sources that were scraped; NaN: none was. Before
  /// the start: demand itself, and no queue.
  [[nodiscard]] double scraped_rps(std::int64_t index) const;
  [[nodiscard]] double scraped_queue(std::int64_t index) const;
  /// As the Ready pods tell of themselves: requests in progress, each taking a second, and the mean share of a pod in
  /// use. Neither shows what no pod has taken yet.
  [[nodiscard]] double scraped_busy(std::int64_t index) const;
  [[nodiscard]] double scraped_utilization(std::int64_t index) const;
  /// The share of the sources that was not scraped then; 1: no source was.
  [[nodiscard]] double scraped_missing(std::int64_t index) const;
  /// Everybody with a sample younger than `lookback` and no staleness marker.
  [[nodiscard]] std::vector<Source> sources(WallTime at, Millis lookback) const;
  [[nodiscard]] std::int64_t newest_scrape(WallTime at) const;  ///< the newest at or before `at`

 private:
  struct Parcel {  // requests that arrived together
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
    WallTime newest{};  // sample
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
  int waiting_pods_ = 0;  // for a node
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
