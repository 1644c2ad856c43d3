// The fake pools' behaviour; see fake_pools.h.
#include "tests/controller/loop/fake_pools.h"

#include <algorithm>

namespace aia::loop::fakes {

void FakePools::add_node(const std::string& pool, int gpus_held) {
  ask(pool, 1);
  auto& made = nodes[pool].back();
  made.ready_at = made.gpus_at = clock_.time;
  made.node.created = clock_.time - 24h;
  made.node.held = {{"nvidia.com/gpu", gpus_held}};
  made.node.busy = gpus_held > 0;
  settle();
}

void FakePools::ask(const std::string& pool, int count) {
  for (int i = 0; i < count; ++i) {
    FakeNode one;
    one.node.name = one.node.uid = "node-" + std::to_string(next_++);
    one.node.created = clock_.time;
    one.ready_at = comes ? clock_.time + node_lead : WallTime::max();
    one.gpus_at = comes ? one.ready_at + gpu_lag : WallTime::max();
    nodes[pool].push_back(one);
  }
}

void FakePools::settle() {
  for (auto& [pool, all] : nodes) {
    const auto size = sizes.find(pool);
    const int wanted = size == sizes.end() ? static_cast<int>(all.size()) : size->second + surge;
    if (wanted > static_cast<int>(all.size())) ask(pool, wanted - static_cast<int>(all.size()));
    while (static_cast<int>(all.size()) > wanted) {
      const auto idle = std::find_if(all.begin(), all.end(), [](const FakeNode& one) { return !one.node.busy; });
      all.erase(idle == all.end() ? all.begin() : idle);
    }
    for (auto& one : all) {
      one.node.allocatable = {{"cpu", 96'000}, {"pods", 110}};
      if (one.ready_at <= clock_.time) one.node.ready_since = one.ready_at;
      if (one.down) one.node.ready_since.reset();
      if (one.gpus_at <= clock_.time) one.node.allocatable["nvidia.com/gpu"] = one.gpus;
    }
  }
}

std::vector<ports::PoolView> FakePools::pools() {
  std::vector<ports::PoolView> views;
  for (const auto& [name, view] : objects) views.push_back(seen.contains(name) ? seen.at(name) : view);
  return views;
}

std::vector<ports::PoolSupply> FakePools::supplies(const std::vector<api::AcceleratorPool>& of, Millis) {
  std::vector<ports::PoolSupply> supplies;
  for (const auto& pool : of) {
    ports::PoolSupply supply;
    for (const auto& one : nodes[pool.meta.name]) {
      const bool registered = one.ready_at <= clock_.time;
      if (shows_requests)
        supply.requests.push_back({"claim-" + one.node.name, "claim-" + one.node.uid, one.node.created,
                                   registered ? one.node.name : "", false, marked.contains(one.node.name)});
      if (registered) supply.nodes.push_back(one.node);
    }
    if (const auto size = sizes.find(pool.meta.name); size != sizes.end()) supply.size = size->second;
    supply.size_version = std::to_string(version_);
    supply.refusal = refusal;
    supply.rolling = rolling;
    supply.problem = supply_problem;
    supply.shows_requests = shows_requests;
    for (const auto& name : unlabelled) {
      for (const auto& one : supply.nodes) supply.busy_unlabelled += one.name == name && one.busy ? 1 : 0;
      std::erase_if(supply.nodes, [&](const auto& one) { return one.name == name; });
    }
    supplies.push_back(std::move(supply));
  }
  return supplies;
}

Result<std::vector<ports::Buffer>> FakePools::buffers(Millis) {
  ++looks_for_buffers;
  std::vector<ports::Buffer> all;
  for (const auto& [name, buffer] : stored) all.push_back(buffer);
  return all;
}

Status FakePools::check_version(const api::AcceleratorPool& pool) const {
  const auto& version = pool.meta.resource_version;
  if (version.empty() || version == objects.at(pool.meta.name).object.meta.resource_version) return done;
  return Error{ErrorKind::Conflict, "somebody wrote since", {}};
}

void FakePools::bump(api::ObjectMeta& meta) {
  meta.resource_version = std::to_string(std::stoi(meta.resource_version) + 1);
}

Status FakePools::answer(const std::string& pool) {
  const auto found = hangs.find(pool);
  if (found == hangs.end()) return done;
  clock_.time += found->second;
  return Error{ErrorKind::Timeout, "no answer", {}};
}

Status FakePools::write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& write) {
  if (write_error) return *write_error;
  if (const Status answered = answer(pool.meta.name); !answered) return answered;
  if (write.version != std::to_string(version_)) return Error{ErrorKind::Conflict, "somebody wrote since", {}};
  ++version_;
  drained = drained || write.drains;
  sizes[pool.meta.name] = write.to;
  writes.push_back("size " + pool.meta.name + " " + std::to_string(write.to));
  settle();
  return done;
}

Status FakePools::write_buffer(const ports::BufferWrite& write) {
  if (write_error) return *write_error;
  const auto& meta = write.autoscaler->meta;
  if (const auto refused = buffer_errors.find(meta.name); refused != buffer_errors.end()) return refused->second;
  auto& buffer = stored[meta.name];
  writes.push_back("buffer " + meta.name + " " + std::to_string(write.replicas));
  buffer = {meta.key(), meta.uid, write.pool, write.replicas, write.expires, std::to_string(++version_)};
  return done;
}

Status FakePools::delete_buffer(const ports::Buffer& buffer) {
  if (write_error) return *write_error;
  stored.erase(buffer.autoscaler.name);
  writes.push_back("delete " + buffer.autoscaler.name);
  return done;
}

Status FakePools::hold(const api::AcceleratorPool& pool, bool held) {
  if (write_error) return *write_error;
  if (const Status answered = answer(pool.meta.name); !answered) return answered;
  const auto found = objects.find(pool.meta.name);
  if (const Status current = check_version(pool); !current) return current;
  found->second.object.held = held;
  bump(found->second.object.meta);
  writes.push_back((held ? "hold " : "let go ") + pool.meta.name);
  if (!held && found->second.object.meta.deleting) objects.erase(found);
  return done;
}

Status FakePools::write_status(const api::AcceleratorPool& pool) {
  const auto found = objects.find(pool.meta.name);
  if (found == objects.end()) return Error{ErrorKind::NotFound, "no such pool", {}};
  if (const Status answered = answer(pool.meta.name); !answered) return answered;
  if (const Status current = check_version(pool); !current) return current;
  bump(found->second.object.meta);
  if (found->second.object.status.before != pool.status.before)
    writes.push_back(pool.status.before ? "record " + std::to_string(pool.status.before->nodes) : "forget");
  found->second.object.status = pool.status;
  if (auto& before = found->second.object.status.before)  // as the API server keeps it
    before->expires = std::chrono::floor<std::chrono::seconds>(before->expires);
  return done;
}

Status FakePools::write_event(const api::AcceleratorPool& about, const ports::Event& event) {
  events.emplace_back(about.meta.name, event);
  return done;
}

}  // namespace aia::loop::fakes
