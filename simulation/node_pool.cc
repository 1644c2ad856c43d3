// Scheduler and node autoscaler run one after the other in tend(). The pods and GPUs of each node are counted anew from
// the pods each time, so that nodes and pods cannot drift apart.
#include "simulation/node_pool.h"

#include <algorithm>

namespace aia::simulation {
namespace {

double in_seconds(Millis duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

NodePool::NodePool(const api::AcceleratorPoolSpec& spec, NodeOptions options, WallTime start, Random random)
    : gpus_per_node_(spec.gpus_per_node),
      max_nodes_(spec.max_nodes),
      options_(options),
      start_(start),
      random_(random),
      size_(spec.sizing == api::Sizing::Scale ? std::optional(0) : std::nullopt) {}

void NodePool::ask(WallTime now) {
  VirtualNode node;
  const auto number = std::to_string(asked_++);
  node.name = "node-" + number;
  node.uid = "node-uid-" + number;
  node.asked = now;
  const Millis lead = random_.uniform(options_.lead_min, options_.lead_max);
  node.ready_at = lead_factor_ > 0 ? now + std::chrono::duration_cast<Millis>(lead * lead_factor_) : WallTime::max();
  nodes_.push_back(std::move(node));
}

void NodePool::remove(std::size_t index, WallTime now) {
  removed_seconds_ += in_seconds(now - std::max(start_, nodes_[index].asked));
  nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(index));
}

void NodePool::hasten(WallTime now) {
  for (auto& node : nodes_) node.ready_at = std::min(node.ready_at, now + options_.lead_max);
}

std::string NodePool::lose(std::size_t index) {
  if (index >= nodes_.size() || !nodes_[index].ready) return "";
  nodes_[index].lost = true;
  nodes_[index].ready = false;
  return nodes_[index].name;
}

void NodePool::forget(const std::string& name, WallTime now) {
  const auto at = std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& node) { return node.name == name; });
  if (at != nodes_.end()) remove(static_cast<std::size_t>(at - nodes_.begin()), now);
}

void NodePool::break_gpus(int of_each) {
  for (auto& node : nodes_) node.broken = std::min(of_each, gpus_per_node_ - 1);
}

double NodePool::node_seconds(WallTime now) const {
  double sum = removed_seconds_;
  for (const auto& node : nodes_) sum += in_seconds(now - std::max(start_, node.asked));
  return sum;
}

void NodePool::settle(Service& service) {
  std::vector<std::string> places;
  for (std::size_t i = 0; i < service.pods().size(); ++i) {
    auto at = std::find_if(nodes_.begin(), nodes_.end(), [&](const VirtualNode& node) {
      return node.ready && node.gpus + service.gpus_per_replica() <= gpus_per_node_;
    });
    if (at == nodes_.end()) {
      ask(start_ - std::chrono::hours(24));
      at = nodes_.end() - 1;
      at->ready = true;
      if (size_) ++*size_;
    }
    ++at->pods;
    at->gpus += service.gpus_per_replica();
    places.push_back(at->name);
  }
  service.live_on(places);
}

void NodePool::note_pods(const std::vector<Service*>& services) {
  for (auto& node : nodes_) node.pods = node.gpus = 0;
  for (const auto* service : services) {
    for (const auto& one : service->pods()) {
      if (one.pod.node.empty()) continue;
      const auto at =
          std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& node) { return node.name == one.pod.node; });
      if (at == nodes_.end()) continue;
      ++at->pods;
      at->gpus += service->gpus_per_replica();
    }
  }
}

/// Binds each waiting pod to the Ready node with most free GPUs, among equals to the oldest node.
void NodePool::bind_pods(const std::vector<Service*>& services) {
  for (auto* service : services) {
    for (std::size_t i = 0; i < service->pods().size(); ++i) {
      if (!service->waits_for_node(service->pods()[i])) continue;
      VirtualNode* best = nullptr;
      for (auto& node : nodes_) {
        const bool fits = node.ready && service->gpus_per_replica() <= free_gpus(node);
        if (fits && (best == nullptr || node.gpus < best->gpus)) best = &node;
      }
      if (best == nullptr) break;  // all of a service's pods are alike
      ++best->pods;
      best->gpus += service->gpus_per_replica();
      service->bind_pod(i, best->name);
    }
  }
}

/// Places waiting pods and buffers on nodes: on nodes in use first, then on the oldest. Marks the nodes that are
/// `needed`, and returns how many nodes are missing.
int NodePool::reserve(const std::vector<Service*>& services, const std::vector<VirtualPods>& buffers,
                      std::vector<bool>& needed) const {
  std::vector<int> room;
  for (const auto& node : nodes_) room.push_back(node.lost ? 0 : free_gpus(node));
  needed.assign(nodes_.size(), false);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < nodes_.size(); ++i) order.push_back(i);
  std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return nodes_[i].pods > 0; });
  int missing = 0;
  const auto place = [&](int gpus) {
    if (gpus > gpus_per_node_) return;  // no node would help
    auto at = std::find_if(order.begin(), order.end(), [&](std::size_t i) { return room[i] >= gpus; });
    if (at == order.end()) {
      room.push_back(gpus_per_node_);
      order.push_back(room.size() - 1);
      at = order.end() - 1;
      ++missing;
    }
    room[*at] -= gpus;
    if (*at < needed.size()) needed[*at] = true;
  };
  for (const auto* service : services) {
    for (const auto& one : service->pods()) {
      if (service->waits_for_node(one)) place(service->gpus_per_replica());
    }
  }
  for (const auto& buffer : buffers) {
    for (int i = 0; i < buffer.count; ++i) place(buffer.gpus);
  }
  return missing;
}

void NodePool::launch(int missing, WallTime now) {
  missing = std::min(missing, max_nodes_ - static_cast<int>(nodes_.size()));
  if (missing <= 0) return short_since_.reset();
  if (!short_since_) short_since_ = now;
  if (now - *short_since_ < options_.batch) return;
  for (int i = 0; i < missing; ++i) ask(now);
  short_since_.reset();
}

void NodePool::consolidate(const std::vector<bool>& needed, WallTime now) {
  for (std::size_t i = needed.size(); i-- > 0;) {
    auto& node = nodes_[i];
    if (!node.ready || node.pods > 0 || needed[i]) {
      node.idle_since.reset();
      continue;
    }
    if (!node.idle_since) node.idle_since = now;
    if (now - *node.idle_since >= options_.consolidate_after) remove(i, now);
  }
}

/// Follows the written size. Of too many nodes, nodes that are not Ready go first, then empty nodes, the youngest
/// first. A node with pods stays until it is empty.
void NodePool::follow_size(WallTime now) {
  const int wanted = std::min(*size_, max_nodes_);
  while (static_cast<int>(nodes_.size()) < wanted) ask(now);
  for (const bool ready : {false, true}) {
    for (std::size_t i = nodes_.size(); i-- > 0 && static_cast<int>(nodes_.size()) > wanted;) {
      if (nodes_[i].ready == ready && nodes_[i].pods == 0) remove(i, now);
    }
  }
}

void NodePool::tend(WallTime now, const std::vector<Service*>& services, const std::vector<VirtualPods>& buffers) {
  for (auto& node : nodes_) node.ready = node.ready_at <= now && !node.lost;
  note_pods(services);
  bind_pods(services);
  if (size_) return follow_size(now);
  std::vector<bool> needed;
  const int missing = reserve(services, buffers, needed);
  consolidate(needed, now);
  launch(missing, now);
}

WallTime NodePool::next_event() const {
  WallTime next = short_since_ ? *short_since_ + options_.batch : WallTime::max();
  for (const auto& node : nodes_) {
    if (!node.ready && !node.lost) next = std::min(next, node.ready_at);
    if (node.idle_since) next = std::min(next, *node.idle_since + options_.consolidate_after);
  }
  return next;
}

}  // namespace aia::simulation
