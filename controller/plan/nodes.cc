// See nodes.h.
#include "controller/plan/nodes.h"

#include <algorithm>

#include "controller/plan/packing.h"
#include "controller/plan/stabilise.h"

namespace aia::plan {
namespace {

std::string nodes_in_words(int n) {
  return std::to_string(n) + (n == 1 ? " node" : " nodes");
}

std::string replicas_in_words(int n) {
  return std::to_string(n) + (n == 1 ? " replica" : " replicas");
}

/// What is there, as far as planning goes.
struct Room {
  std::vector<api::Amounts> free;  ///< of usable nodes, then of those on their way
  std::vector<bool> idle;          ///< the usable ones: no pod but daemons'
  int total = 0;
  int starting = 0;
};

Room room_of(const PoolInput& input) {
  Room room;
  for (const PoolNode& node : input.nodes) {
    if (node.starting) ++room.starting;
    if (!node.usable) continue;
    api::Amounts free = node.allocatable;
    for (const auto& [name, held] : node.held) free[name] -= held;
    room.free.push_back(std::move(free));
    room.idle.push_back(!node.busy);
  }
  const int there = static_cast<int>(input.nodes.size());
  room.total = std::max(there, input.asked);
  room.starting += room.total - there;
  room.free.insert(room.free.end(), static_cast<std::size_t>(room.starting), input.fresh);
  return room;
}

int wanted_then(const PoolWorkload& workload) {
  return std::max(workload.desired, workload.ahead.value_or(workload.desired));
}

/// Replicas of room that a buffer keeps beyond what is wanted now, no more than there will be nodes for. Those that are
/// still bound although nobody wants them any more leave their room.
int buffer_of(const PoolWorkload& workload, int placed) {
  const int leaving = std::max(0, workload.bound - workload.desired);
  const int beyond_now = std::max(0, placed - std::max(0, workload.desired - workload.bound));
  return std::min(wanted_then(workload) - workload.desired, leaving + beyond_now);
}

api::Reason explain_workload(const PoolWorkload& workload, int placed, int on_new, bool never) {
  std::string text = workload.name + ": ";
  if (never) {
    return {"FitsNoNode",
            text + "a replica does not fit an empty node of this pool: check the GPUs per node, and what else " +
                "its pods request"};
  }
  const int then = wanted_then(workload), missing = std::max(0, then - workload.bound);
  text += replicas_in_words(then) +
          (workload.ahead ? " wanted in " + format_rough(workload.lead) : " wanted now (no forecast)");
  text += ", " + std::to_string(workload.bound) + " on nodes";
  if (missing > 0) text += ", " + std::to_string(placed - on_new) + " more fit what is there or on its way";
  if (on_new > 0) text += ", " + std::to_string(on_new) + " need new nodes";
  if (placed < missing) text += ", " + std::to_string(missing - placed) + " find no room";
  return {on_new > 0 ? "NodesAhead" : "NodesEnough", text};
}

/// Why nothing is shrunk now; empty: it may be.
std::string shrink_hold(const PoolInput& input) {
  if (!input.hold.empty()) return input.hold;
  for (const PoolWorkload& workload : input.workloads) {
    if (!workload.whole) return workload.name + " is not known well enough";
    if (workload.bound > workload.desired)
      return workload.name + " still has " + std::to_string(workload.bound - workload.desired) +
             " more on nodes than it wants";
  }
  return "";
}

/// Towards fewer nodes: not now, not yet, or by one.
int shrunk(const PoolInput& input, int total, int needed, api::Reasons& reasons) {
  const std::string idle = nodes_in_words(total - needed) + " more than needed";
  if (const std::string hold = shrink_hold(input); !hold.empty()) {
    reasons.push_back({"ShrinkHeld", idle + ", kept: " + hold});
    return total;
  }
  const Stabilised calm = stabilise(total, needed, input.history, input.now, {Millis{0}, input.shrink_window, 0, 0});
  if (calm.replicas >= total) {
    reasons.push_back(
        {"ShrinkStabilized", idle + ", kept until that was so for " + format_duration(input.shrink_window)});
    return total;
  }
  reasons.push_back({"Shrinking", idle + ": one is given back at a time"});
  return total - 1;
}

}  // namespace

PoolDecision decide_nodes(const PoolInput& input) {
  PoolDecision decision;
  const Room room = room_of(input);
  std::vector<Wanted> wanted;
  for (const PoolWorkload& workload : input.workloads)
    wanted.push_back({workload.replica, std::max(0, wanted_then(workload) - workload.bound)});
  const int most_new = std::max(0, input.max_nodes - room.total);
  const Packing packing = pack(room.free, wanted, input.fresh, most_new);

  int idle = 0;
  for (std::size_t i = 0; i < room.idle.size(); ++i) idle += room.idle[i] && packing.taken[i] == 0 ? 1 : 0;
  decision.total = room.total;
  const int used = room.total - idle;  // or starting, or of no use: a cordoned node is not ours to give back
  decision.needed = std::max(used + packing.new_nodes, std::min(input.min_nodes, std::max(input.max_nodes, used)));

  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const PoolWorkload& workload = input.workloads[i];
    decision.buffers.push_back(buffer_of(workload, packing.placed[i]));
    decision.limited = decision.limited || (packing.placed[i] < wanted[i].replicas && !packing.never[i]);
    decision.reasons.push_back(
        explain_workload(workload, packing.placed[i], packing.on_new_nodes[i], packing.never[i]));
  }
  if (decision.limited) {
    decision.reasons.push_back(
        {"MaxNodes", "the pool may have " + nodes_in_words(input.max_nodes) + ", which is not enough"});
  }
  decision.nodes =
      decision.needed < room.total ? shrunk(input, room.total, decision.needed, decision.reasons) : decision.needed;
  return decision;
}

}  // namespace aia::plan
