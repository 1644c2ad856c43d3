// The life of a service's pods: created, bound to a node, Ready, lost, deleted. Lead time and lot of a pod are drawn at
// its creation. A pod is stuck when its lot is below the stuck share of that moment.
#include <algorithm>

#include "simulation/service.h"
#include "simulation/virtual_clock.h"

namespace aia::simulation {

void Service::create_pod() {
  ServicePod one;
  const int number = next_pod_++;
  std::size_t place = pods_.size();  // where starts are ordered, the pod's rank: the lowest free rank
  while (options_.ordered && place > 0 && pods_[place - 1].rank >= static_cast<int>(place)) --place;
  one.rank = options_.ordered ? static_cast<int>(place) : number;
  one.pod.name = key_.name + "-" + std::to_string(one.rank);
  one.pod.uid = key_.to_string() + "-" + std::to_string(number);
  one.pod.created = stamp(now_);
  const auto lead = random_.uniform(options_.lead_min, options_.lead_max);
  one.asked = now_;
  one.lead = std::chrono::duration_cast<Millis>(lead * lead_factor_);
  one.lot = random_.uniform();
  one.stuck = one.lot < stuck_share_;
  one.ready_at = on_nodes_ || one.stuck ? WallTime::max() : now_ + one.lead;
  waiting_pods_ += on_nodes_ ? 1 : 0;
  if (!on_nodes_ && (room_ || !one.stuck)) find_room(one.pod);
  next_ready_ = std::min(next_ready_, one.ready_at);
  pods_.insert(pods_.begin() + static_cast<std::ptrdiff_t>(place), std::move(one));
}

/// Binds the pod at once: without a node pool the cluster has room for every pod.
void Service::find_room(ports::Pod& pod) const {
  pod.node = "node-of-" + key_.name;
  pod.bound_since = stamp(now_);
}

/// Creates the missing pods; where starts are ordered, only the next pod, once all earlier pods are Ready.
void Service::create_pods() {
  while (static_cast<int>(pods_.size()) < replicas_) {
    if (options_.ordered && ready_ < static_cast<int>(pods_.size())) return;
    create_pod();
  }
}

void Service::remove_pod(std::size_t index) {
  const auto& one = pods_[index];
  if (one.pod.ready_since) --ready_;
  if (waits_for_node(one)) {
    --waiting_pods_;
    totals_.node_waits.push_back(now_ - one.asked);
  }
  pods_.erase(pods_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Service::set_replicas(int replicas) {
  replicas_ = replicas;
  const auto wanted = static_cast<std::size_t>(std::max(0, replicas));
  while (pods_.size() > wanted) {
    const auto worth = [&](const ServicePod& one) { return waits_for_node(one) ? 0 : one.pod.ready_since ? 2 : 1; };
    std::size_t victim = pods_.size() - 1;
    for (std::size_t i = victim; i-- > 0 && !options_.ordered;) {
      if (worth(pods_[i]) < worth(pods_[victim])) victim = i;
    }
    remove_pod(victim);
  }
  create_pods();
  become_ready();
}

void Service::be_reborn(int replicas) {
  while (!pods_.empty()) remove_pod(pods_.size() - 1);
  set_replicas(replicas);
}

void Service::replace_pod(std::size_t index) {
  if (index >= pods_.size()) return;
  remove_pod(index);
  create_pods();
}

void Service::lose_pod(std::size_t index, WallTime until, bool restarted) {
  if (index >= pods_.size() || !pods_[index].pod.ready_since) return;
  auto& one = pods_[index];
  one.pod.ready_since.reset();
  one.pod.lost_since = stamp(now_);
  one.pod.restarted = one.pod.restarted || restarted;
  one.ready_at = until;
  --ready_;
  next_ready_ = std::min(next_ready_, until);
}

int Service::lost() const {
  return static_cast<int>(
      std::count_if(pods_.begin(), pods_.end(), [](const auto& one) { return one.pod.lost_since.has_value(); }));
}

void Service::hasten_starts() {
  for (auto& one : pods_) {
    if (one.pod.ready_since || one.pod.lost_since) continue;
    one.stuck = false;
    if (!on_nodes_ && one.pod.node.empty()) find_room(one.pod);
    one.lead = std::min(one.lead, options_.lead_max);
    if (!waits_for_node(one)) one.ready_at = std::min(one.ready_at, now_ + options_.lead_max);
  }
  become_ready();
}

void Service::live_on(const std::vector<std::string>& nodes) {
  on_nodes_ = true;
  for (std::size_t i = 0; i < pods_.size(); ++i) {
    pods_[i].pod.node = nodes.at(i);
    pods_[i].pod.bound_since = pods_[i].pod.created;
  }
}

void Service::bind_pod(std::size_t index, const std::string& node) {
  auto& one = pods_.at(index);
  one.pod.node = node;
  one.pod.bound_since = stamp(now_);
  one.ready_at = one.stuck ? WallTime::max() : now_ + one.lead;
  next_ready_ = std::min(next_ready_, one.ready_at);
  --waiting_pods_;
  totals_.node_waits.push_back(now_ - one.asked);
}

std::vector<Millis> Service::node_waits() const {
  auto waits = totals_.node_waits;
  for (const auto& one : pods_) {
    if (waits_for_node(one)) waits.push_back(now_ - one.asked);
  }
  return waits;
}

void Service::become_ready() {
  next_ready_ = WallTime::max();
  for (auto& one : pods_) {
    if (one.pod.ready_since) continue;
    if (one.ready_at <= now_) {
      one.pod.ready_since = stamp(one.ready_at);
      one.pod.lost_since.reset();
      ++ready_;
    } else {
      next_ready_ = std::min(next_ready_, one.ready_at);
    }
  }
  create_pods();
}

}  // namespace aia::simulation
