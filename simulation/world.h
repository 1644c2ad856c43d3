// The virtual world: time, services and the objects of an API server (AIAutoscalers, Forecasts, scales, a Lease), each
// with a resourceVersion and each write in the audit log. The world itself has no faults: these stand between the world
// and a controller (faulty_network.h, faulty_metrics.h). The world is single-threaded: a caller inside a fiber
// (fiber.h) that waits sleeps while the world goes on, and wakes when its time has come. Without a node pool, pods need
// no nodes.
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

/// The state of a target besides its replicas, as other owners, people and faults set it.
struct TargetState {
  std::string uid;
  std::string resource_version;  ///< of the scale subresource
  bool exists = true;
  bool has_scale = true;             ///< false: the kind serves no scale subresource
  std::string rollout;               ///< empty: settled
  std::vector<ports::Owner> owners;  ///< HorizontalPodAutoscalers on it
  bool refuses_scale = false;        ///< an admission webhook is down
  bool has_selector = true;          ///< false: its scale publishes no selector, so that its pods cannot be found
  bool busy = false;  ///< a rollout writes the target many times a minute: a version is old by the time of the write
  int reads = 0;      ///< reads of its scale for a write, while the target is busy
};

/// The writer and the data behind its decision: see Write.
struct Writer {
  std::string name;
  WallTime view{};
  std::optional<WallTime> sent{};  ///< unset: now
  std::string doubt{};
  bool answered = true;
  WallTime looked{};
};

/// The spec of an AIAutoscaler from a moment on; unset: the object is deleted.
struct SpecChange {
  WallTime at{};
  api::ObjectKey key;
  std::optional<api::AutoscalerSpec> spec;
};

/// A CapacityBuffer as stored.
struct StoredBuffer {
  ports::Buffer buffer;
  api::ObjectKey target;       ///< the target whose pods the placeholder pods resemble
  std::int64_t most_gpus = 0;  ///< its limit
};

/// An AcceleratorPool, its machines, its buffers and its scale.
struct StoredPool {
  api::AcceleratorPool object;
  NodePool machines;
  std::map<api::ObjectKey, StoredBuffer> buffers;  ///< keyed by AIAutoscaler
  std::string size_version;                        ///< resourceVersion of the scale subresource
};

class World {
 public:
  World(WallTime start, std::uint64_t seed);

  [[nodiscard]] const VirtualClock& clock() const { return clock_; }
  [[nodiscard]] VirtualClock& clock() { return clock_; }
  [[nodiscard]] WallTime now() const { return clock_.now(); }
  [[nodiscard]] const Audit& audit() const { return audit_; }
  [[nodiscard]] Audit& audit() { return audit_; }

  /// Schedules an event. Events run in the order of time, and events of the same time in the order of the calls.
  void at(WallTime when, std::function<void()> what);
  /// Lets time pass and runs the events that are due. Within a fiber: sleeps until then.
  void advance(Millis by) { advance_to(now() + by); }
  void advance_to(WallTime to);
  /// Runs `body` now, in a fiber of its own: until the body waits, and further when its time has come.
  void begin(std::function<void()> body);
  [[nodiscard]] bool has_sleepers() const { return !fibers_.empty(); }

  /// Adds a Deployment of this name with its pods, demand and queue.
  Service& add_service(const api::ObjectKey& key, ServiceOptions options, int replicas);
  [[nodiscard]] Service* service(const api::ObjectKey& key);  ///< nullptr: no such target
  [[nodiscard]] const std::map<api::ObjectKey, std::unique_ptr<Service>>& services() const { return services_; }
  TargetState& target(const api::ObjectKey& key) { return targets_.at(key); }

  /// Adds the pool (there is at most one). Services that are added later live on its nodes.
  StoredPool& add_pool(api::AcceleratorPool object, NodeOptions options);
  [[nodiscard]] StoredPool* pool() { return pool_ ? &*pool_ : nullptr; }  ///< nullptr: there is no pool

  // Actions of people.
  void create(api::Autoscaler object);  ///< uid, created, generation and resourceVersion are given here
  void edit(const api::ObjectKey& key, const std::function<void(api::AutoscalerSpec&)>& change);
  void poison(const api::ObjectKey& key,
              std::optional<Error> problem);  ///< the stored object does not decode; unset: it does again
  void remove(const api::ObjectKey& key);     ///< deletes its Forecasts and buffers, too, as their ownerReferences say
  void scale_by_hand(const api::ObjectKey& target, int replicas);
  /// Deletes the target and creates it anew under its name: new uid, the manifest's replicas, new pods only.
  void be_reborn(const api::ObjectKey& target, int replicas);
  /// Notes that the target's scale was read. While the target is busy, a rollout writes the scale right after the read:
  /// after every read of targets, and after every fourth read for a write that follows `at_once`.
  void note_read(const api::ObjectKey& target, bool at_once);

  // Writes of a controller; `version` empty: unconditionally.
  Result<std::string> write_scale(const Writer& who, const api::ObjectKey& target, int replicas,
                                  const std::string& version);
  Status write_status(const Writer& who, const api::Autoscaler& object);
  Status write_forecast(const Writer& who, const api::Forecast& forecast);
  Status delete_forecast(const Writer& who, const api::ObjectKey& key);
  Status write_event(const Writer& who, const api::Autoscaler& about, const ports::Event& event);
  Status write_size(const Writer& who, const std::string& pool, int nodes, const std::string& version);
  Status write_buffer(const Writer& who, const ports::BufferWrite& write);  ///< Conflict: another version is stored
  Status delete_buffer(const Writer& who, const ports::Buffer& buffer);
  Status hold_pool(const Writer& who, const api::AcceleratorPool& pool, bool held);
  Status write_pool_status(const Writer& who, const api::AcceleratorPool& pool);
  Status write_pool_event(const Writer& who, const api::AcceleratorPool& about, const ports::Event& event);
  Result<lease::Lease> write_lease(const Writer& who, lease::Lease lease);  ///< Conflict: another version is stored
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
  std::vector<std::unique_ptr<Fiber>> fibers_;  // unended fibers
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
