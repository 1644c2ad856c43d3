// Greedy packing: workloads are sorted by their largest pod, and each pod takes its best node at once. Nothing is
// undone, because the scheduler undoes nothing either.
#include "controller/plan/packing.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>

namespace aia::plan {
namespace {

using api::Amounts;

Amounts with_slot(Amounts requests) {
  requests[kPodSlots] = std::max<std::int64_t>(1, api::amount(requests, kPodSlots));
  return requests;
}

/// GPUs are the scarcest resource of GPU nodes: the packing compares nodes by their free GPUs.
std::int64_t gpus_in(const Amounts& free) {
  return api::gpus_in(free).value_or(0);
}

/// True if `a` is placed earlier than `b`: by GPUs, then memory, then CPU.
bool larger_pod(const Amounts& a, const Amounts& b) {
  const auto size = [](const Amounts& of) {
    return std::tuple(gpus_in(of), api::amount(of, "memory"), api::amount(of, "cpu"));
  };
  return size(a) > size(b);
}

class Nodes {
 public:
  Nodes(std::vector<Amounts> free, const Amounts& fresh, int most_new, Prefer prefer)
      : free_(std::move(free)), there_(free_.size()), fresh_(fresh), most_new_(most_new), prefer_(prefer) {}

  /// Places a pod and returns its node; unset: the pod fits no existing node, and no new node may be taken.
  std::optional<std::size_t> place(const Amounts& pod) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < free_.size(); ++i) {
      if (fitting(pod, free_[i]) < 1) continue;
      if (!best || is_better(gpus_in(free_[i]), gpus_in(free_[*best]))) best = i;
    }
    if (!best && new_nodes() < most_new_ && fitting(pod, fresh_) >= 1) {
      free_.push_back(fresh_);
      best = free_.size() - 1;
    }
    if (best) take(free_[*best], pod);
    return best;
  }

  [[nodiscard]] int new_nodes() const { return static_cast<int>(free_.size() - there_); }
  [[nodiscard]] std::vector<Amounts> left() const {
    return {free_.begin(), free_.begin() + static_cast<std::ptrdiff_t>(there_)};
  }
  [[nodiscard]] bool is_new(std::size_t node) const { return node >= there_; }

 private:
  [[nodiscard]] bool is_better(std::int64_t gpus, std::int64_t than) const {
    return prefer_ == Prefer::MostFree ? gpus > than : gpus < than;
  }

  static void take(Amounts& free, const Amounts& pod) {
    for (const auto& [name, amount] : pod)
      if (amount > 0) free[name] -= amount;
  }

  std::vector<Amounts> free_;
  std::size_t there_;
  const Amounts& fresh_;
  int most_new_;
  Prefer prefer_;
};

/// Places all pods of a replica. Unset: a pod found no room; true: a pod is on a new node.
std::optional<bool> place_replica(Nodes& nodes, const api::ReplicaShape& replica, std::vector<std::size_t>& taken) {
  bool whole = true, on_new = false;
  for (const api::ReplicaPods& pods : replica.pods) {
    const Amounts pod = with_slot(pods.requests);
    for (int i = 0; i < pods.count; ++i) {
      const auto node = nodes.place(pod);
      whole = whole && node.has_value();
      if (!node) break;  // equal pods find no room either
      on_new = on_new || nodes.is_new(*node);
      if (!nodes.is_new(*node)) ++taken[*node];
    }
  }
  return whole ? std::optional(on_new) : std::nullopt;
}

}  // namespace

std::int64_t fitting(const Amounts& requests, const Amounts& free) {
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const auto& [name, amount] : requests)
    if (amount > 0) most = std::min(most, std::max<std::int64_t>(0, api::amount(free, name)) / amount);
  return most;
}

Packing pack(std::vector<Amounts> free, const std::vector<Wanted>& wanted, const Amounts& fresh, int most_new,
             Prefer prefer) {
  Packing packing;
  packing.placed.resize(wanted.size()), packing.on_new_nodes.resize(wanted.size());
  packing.taken.resize(free.size());
  for (const Wanted& one : wanted) {
    const bool never = std::any_of(one.replica.pods.begin(), one.replica.pods.end(), [&](const api::ReplicaPods& pods) {
      const Amounts pod = with_slot(pods.requests);
      return fitting(pod, fresh) < 1 &&
             std::none_of(free.begin(), free.end(), [&](const Amounts& node) { return fitting(pod, node) >= 1; });
    });
    packing.never.push_back(never);
  }
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto largest = [&](std::size_t i) {
    Amounts most;
    for (const api::ReplicaPods& pods : wanted[i].replica.pods)
      if (larger_pod(pods.requests, most)) most = pods.requests;
    return most;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return larger_pod(largest(a), largest(b)); });
  Nodes nodes(std::move(free), fresh, most_new, prefer);
  for (const std::size_t i : order) {
    for (int replica = 0; replica < wanted[i].replicas && !packing.never[i]; ++replica) {
      const auto on_new = place_replica(nodes, wanted[i].replica, packing.taken);
      if (!on_new) break;  // equal replicas find no room either
      ++packing.placed[i];
      packing.on_new_nodes[i] += *on_new ? 1 : 0;
    }
  }
  packing.new_nodes = nodes.new_nodes();
  packing.left = nodes.left();
  return packing;
}

}  // namespace aia::plan
