// The world's node pool: writes of its size, buffers, finalizer and status. After every write that changes the demand
// for nodes, the machines (node_pool.h) are tended at once.
#include <algorithm>

#include "simulation/digest.h"
#include "simulation/world.h"

namespace aia::simulation {
namespace {

Error no_such(const std::string& what) {
  return {ErrorKind::NotFound, what + " does not exist", {}};
}

Error modified() {
  return {ErrorKind::Conflict, "the object has been modified", {}};
}

}  // namespace

StoredPool& World::add_pool(api::AcceleratorPool object, NodeOptions options) {
  object.meta.uid = "uid-pool";
  object.meta.created = stamp(now());
  object.meta.generation = 1;
  object.meta.resource_version = next_version();
  note({"person", now()}, "Create", object.meta.key(), object.meta.uid);
  NodePool machines(object.spec, options, now(), random_.split(0));  // services have the streams from 1 on
  pool_.emplace(StoredPool{std::move(object), std::move(machines), {}, next_version()});
  return *pool_;
}

/// Tends the machines until no event is due now: a node that one call requests may be due at once.
void World::tend_nodes() {
  if (!pool_) return;
  std::vector<Service*> all;
  for (auto& [key, one] : services_) all.push_back(one.get());
  std::vector<VirtualPods> rooms;
  for (const auto& [owner, one] : pool_->buffers) {
    const auto* like = service(one.target);
    if (like == nullptr || like->gpus_per_replica() < 1) continue;
    const auto most = one.most_gpus / like->gpus_per_replica();
    rooms.push_back({like->gpus_per_replica(), static_cast<int>(std::min<std::int64_t>(one.buffer.replicas, most))});
  }
  do pool_->machines.tend(now(), all, rooms);
  while (pool_->machines.next_event() <= now());
}

Status World::write_size(const Writer& who, const std::string& pool, int nodes, const std::string& version) {
  if (!pool_ || pool_->object.meta.name != pool || !pool_->machines.size()) return no_such("the scale of " + pool);
  const bool fits = version.empty() || version == pool_->size_version;
  note(who, "Size", pool_->object.meta.key(), std::to_string(nodes), version, fits ? "ok" : "conflict",
       *pool_->machines.size());
  const auto& all = pool_->machines.nodes();
  audit_.note_pods(
      static_cast<int>(std::count_if(all.begin(), all.end(), [](const auto& one) { return one.pods > 0; })), 0);
  if (!fits) return modified();
  pool_->machines.set_size(nodes);
  pool_->size_version = next_version();
  tend_nodes();
  return done;
}

Status World::write_buffer(const Writer& who, const ports::BufferWrite& write) {
  if (!pool_ || pool_->object.meta.name != write.pool) return no_such("AcceleratorPool " + write.pool);
  const auto key = write.autoscaler->meta.key();
  const auto stored = pool_->buffers.find(key);
  const bool there = stored != pool_->buffers.end();
  const bool fits = write.version == (there ? stored->second.buffer.version : "");
  note(who, "Buffer", key, std::to_string(write.replicas), write.version, fits ? "ok" : "conflict",
       there ? stored->second.buffer.replicas : 0);
  if (!fits) return modified();
  ports::Buffer buffer{key, write.autoscaler->meta.uid, write.pool, write.replicas, write.expires, next_version()};
  pool_->buffers[key] = {std::move(buffer), {key.ns, write.autoscaler->spec.target.name}, write.most_gpus};
  tend_nodes();
  return done;
}

Status World::delete_buffer(const Writer& who, const ports::Buffer& buffer) {
  if (!pool_ || pool_->buffers.erase(buffer.autoscaler) == 0) return done;
  note(who, "DeleteBuffer", buffer.autoscaler, "", buffer.version);
  tend_nodes();
  return done;
}

/// An object without a version matches any stored version.
bool World::is_current(const api::AcceleratorPool& pool) const {
  return pool.meta.resource_version.empty() || pool.meta.resource_version == pool_->object.meta.resource_version;
}

Status World::hold_pool(const Writer& who, const api::AcceleratorPool& pool, bool held) {
  if (!pool_ || pool_->object.meta.name != pool.meta.name) return no_such("AcceleratorPool " + pool.meta.name);
  const bool fits = is_current(pool);
  note(who, held ? "Hold" : "LetGo", pool.meta.key(), "", pool.meta.resource_version, fits ? "ok" : "conflict");
  if (!fits) return modified();
  pool_->object.held = held;
  pool_->object.meta.resource_version = next_version();
  return done;
}

Status World::write_pool_status(const Writer& who, const api::AcceleratorPool& pool) {
  if (!pool_ || pool_->object.meta.name != pool.meta.name) return no_such("AcceleratorPool " + pool.meta.name);
  const bool fits = is_current(pool);
  note(who, "PoolStatus", pool.meta.key(), digest_of(pool.status).hex(), pool.meta.resource_version,
       fits ? "ok" : "conflict");
  if (!fits) return modified();
  pool_->object.status = pool.status;
  pool_->object.meta.resource_version = next_version();
  return done;
}

Status World::write_pool_event(const Writer& who, const api::AcceleratorPool& about, const ports::Event& event) {
  note(who, "Event", about.meta.key(), to_string(event.reason));
  return done;
}

/// Deletes the buffers of AIAutoscalers that are gone.
void World::collect_buffers() {
  if (!pool_) return;
  const auto orphaned = [&](const auto& entry) {
    const auto owner = autoscalers_.find(entry.first);
    return owner == autoscalers_.end() || owner->second.object.meta.uid != entry.second.buffer.autoscaler_uid;
  };
  if (std::erase_if(pool_->buffers, orphaned) > 0) tend_nodes();
}

}  // namespace aia::simulation
