// The virtual world: time, services and what an API server stores (AIAutoscalers, Forecasts, scales, a Lease), with a
// resourceVersion on each and every write in the audit log. Good weather only: faults stand between the world and a
// controller (faulty_network.h, faulty_metrics.h). Single-threaded: whoever waits inside a fiber (fiber.h) sleeps while
// the world goes on, and wakes when it is time. Services are served from thin air, unless there is a node pool.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/lease/elector.h"
#include "controller/ports/cluster.h"
#include "controller/ports/pools.h"
#include "simulation/audit.h"
#include "simulation/fiber.h"
#include "simulation/node_pool.h"
#include "simulation/service.h"
#include "simulation/virtual_clock.h"

namespace aia::simulation {

/// What another owner, or a person, did to a target besides its replicas.
struct TargetState {
  std::string uid;
  std::string resource_version;  ///< of the scale
  bool exists = true;
  bool has_scale = true;             ///< false: the kind serves no scale subresource
  std::string rollout;               ///< empty: settled
  std::vector<ports::Owner> owners;  ///< HorizontalPodAutoscalers on it
  bool refuses_scale = false;        ///< an admission webhook is down
  bool has_selector = true;          ///< false: its scale publishes none, so that nobody finds its pods
  bool busy = false;                 ///< a rollout writes it many times a minute: a version read is old when written
  int reads = 0;                     ///< of its scale while it is busy
};

/// Who writes, and on what it was decided: see Write.
struct Writer {
  std::string name;
  WallTime view{};
  std::optional<WallTime> sent{};  ///< unset: now
  std::string doubt{};
  bool answered = true;
  WallTime looked{};
};

/// The spec of an AIAutoscaler from a moment on; unset: there is no such object.
struct SpecChange {
  WallTime at{};
  api::ObjectKey key;
  std::optional<api::AutoscalerSpec> spec;
};

/// A CapacityBuffer as stored.
struct StoredBuffer {
  ports::Buffer buffer;
  api::ObjectKey target;       ///< like whose pods its virtual ones are
  std::int64_t most_gpus = 0;  ///< its limits
};

/// An AcceleratorPool, its machines, and what is stored to size it.
struct StoredPool {
  api::AcceleratorPool object;
  NodePool machines;
  std::map<api::ObjectKey, StoredBuffer> buffers;  ///< by AIAutoscaler
  std::string size_version;                        ///< resourceVersion of the scale
};

class World {
 public:
  World(WallTime start, std::uint64_t seed);

  [[nodiscard]] const VirtualClock& clock() const { return clock_; }
  [[nodiscard]] VirtualClock& clock() { return clock_; }
  [[nodiscard]] WallTime now() const { return clock_.now(); }
  [[nodiscard]] const Audit& audit() const { return audit_; }
  [[nodiscard]] Audit& audit() { return audit_; }

  /// `what` happens at `when`, in the order of time, then of asking.
  void at(WallTime when, std::function<void()> what);
  /// Lets time pass. Within a fiber: sleeps until then.
  void advance(Millis by) { advance_to(now() + by); }
  void advance_to(WallTime to);
  /// Runs `body` now, in a fiber of its own: until it waits, and further when its time has come.
  void begin(std::function<void()> body);
  [[nodiscard]] bool has_sleepers() const { return !fibers_.empty(); }

  /// A Deployment of that name with its pods, demand and queue.
  Service& add_service(const api::ObjectKey& key, ServiceOptions options, int replicas);
  [[nodiscard]] Service* service(const api::ObjectKey& key);  ///< nullptr: no such target
  [[nodiscard]] const std::map<api::ObjectKey, std::unique_ptr<Service>>& services() const { return services_; }
  TargetState& target(const api::ObjectKey& key) { return targets_.at(key); }

  /// Services that are added from now on live on its nodes. One pool.
  StoredPool& add_pool(api::AcceleratorPool object, NodeOptions options);
  [[nodiscard]] StoredPool* pool() { return pool_ ? &*pool_ : nullptr; }  ///< nullptr: there is none

  // What people do.
  void create(api::Autoscaler object);  ///< uid, created, generation and resourceVersion are given here
  void edit(const api::ObjectKey& key, const std::function<void(api::AutoscalerSpec&)>& change);
  void poison(const api::ObjectKey& key, std::optional<Error> problem);  ///< what is stored does not decode
  void remove(const api::ObjectKey& key);  ///< its Forecasts go with it, as their ownerReferences say
  void scale_by_hand(const api::ObjectKey& target, int replicas);
  /// The target is deleted and created anew under its name: another uid, its manifest's replicas, no pod of before.
  void be_reborn(const api::ObjectKey& target, int replicas);
  /// Its scale was read: where it is busy somebody writes right after it, all the time after reads of targets, now and
  /// then after the reads of those who write at once.
  void note_read(const api::ObjectKey& target, bool at_once);

  // What a controller does; `version` empty: unconditionally.
  Result<std::string> write_scale(const Writer& who, const api::ObjectKey& target, int replicas,
                                  const std::string& version);
  Status write_status(const Writer& who, const api::Autoscaler& object);
  Status write_forecast(const Writer& who, const api::Forecast& forecast);
  Status delete_forecast(const Writer& who, const api::ObjectKey& key);
  Status write_event(const Writer& who, const api::Autoscaler& about, const ports::Event& event);
  Status write_size(const Writer& who, const std::string& pool, int nodes, const std::string& version);
  Status write_buffer(const Writer& who, const ports::BufferWrite& write);  ///< Conflict: its version is not stored
  Status delete_buffer(const Writer& who, const ports::Buffer& buffer);
  Status hold_pool(const Writer& who, const api::AcceleratorPool& pool, bool held);
  Status write_pool_status(const Writer& who, const api::AcceleratorPool& pool);
  Status write_pool_event(const Writer& who, const api::AcceleratorPool& about, const ports::Event& event);
  Result<lease::Lease> write_lease(const Writer& who, lease::Lease lease);  ///< Conflict: its version is not stored
  [[nodiscard]] const std::optional<lease::Lease>& lease() const { return lease_; }

  [[nodiscard]] const std::map<api::ObjectKey, ports::AutoscalerView>& autoscalers() const { return autoscalers_; }
  [[nodiscard]] const std::map<api::ObjectKey, api::Forecast>& forecasts() const { return forecasts_; }
  [[nodiscard]] const std::vector<SpecChange>& spec_changes() const { return spec_changes_; }

 private:
  [[nodiscard]] bool is_current(const api::AcceleratorPool& pool) const;
  struct Due {
    WallTime when{};
    std::uint64_t order = 0;
    auto operator<=>(const Due&) const = default;
  };
  void go_on(Fiber* fiber);
  std::string next_version() { return std::to_string(++version_); }
  void live_until(WallTime to);
  void tend_nodes();
  void note(const Writer& who, const char* kind, const api::ObjectKey& object, std::string value,
            std::string version = {}, const std::string& outcome = "ok", int before = 0);
  void collect_garbage();
  void collect_buffers();

  VirtualClock clock_;
  Random random_;
  Audit audit_;
  std::map<Due, std::function<void()>> due_;
  std::vector<std::unique_ptr<Fiber>> fibers_;  // that have not ended
  std::uint64_t order_ = 0, version_ = 0, uids_ = 0;
  std::map<api::ObjectKey, std::unique_ptr<Service>> services_;
  std::map<api::ObjectKey, TargetState> targets_;
  std::map<api::ObjectKey, ports::AutoscalerView> autoscalers_;
  std::map<api::ObjectKey, api::Forecast> forecasts_;
  std::vector<SpecChange> spec_changes_;
  std::optional<lease::Lease> lease_;
  std::optional<StoredPool> pool_;
};

}  // namespace aia::simulation
