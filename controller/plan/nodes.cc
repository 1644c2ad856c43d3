// Packs the pool in two ways: as the scheduler would, to count the new nodes, and tightly, to find nodes that could
// stay empty. A single packing shows no idle node, because the scheduler spreads small replicas over all nodes.
#include "controller/plan/nodes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "controller/plan/need.h"
#include "controller/plan/packing.h"
#include "controller/plan/stabilise.h"

namespace aia::plan {
namespace {

using api::Code;

std::string nodes_in_words(int n) {
  return std::to_string(n) + (n == 1 ? " node" : " nodes");
}

std::string replicas_in_words(int n) {
  return std::to_string(n) + (n == 1 ? " replica" : " replicas");
}

/// The pool's nodes, as the packing sees them.
struct Room {
  std::vector<api::Amounts> free;  ///< resources of the usable nodes, then of the nodes on their way
  std::vector<bool> idle;          ///< of the usable nodes: runs only daemons' pods
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
  room.starting += std::max(0, room.total - there - input.stuck_unseen);
  room.free.insert(room.free.end(), static_cast<std::size_t>(room.starting), input.fresh);
  return room;
}

int wanted_then(const PoolWorkload& workload) {
  return std::max(workload.desired, workload.ahead.value_or(workload.desired));
}

std::int64_t gpus_wanted(const PoolWorkload& workload, int replicas) {
  return api::times(api::gpus_of(workload.replica).value_or(0), replicas);
}

/// Precondition: `values` is not empty.
std::int64_t quantile_of(std::vector<std::int64_t> values, double quantile) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(values.size()) - kRounding));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

/// Lowers each workload's `ahead` to `share` of its growth beyond `desired`, in whole replicas. Rounding keeps the
/// total GPUs of the shares: the workloads that lost the largest part of a replica are rounded up first.
void lower(std::vector<PoolWorkload>& workloads, double share) {
  std::vector<std::pair<double, PoolWorkload*>> lacking;  // lost part of a replica; its workload
  double missing_gpus = 0;
  for (PoolWorkload& one : workloads) {
    const double more = share * (wanted_then(one) - one.desired);
    one.ahead = one.desired + static_cast<int>(more + kRounding);
    const double lacks = more - (*one.ahead - one.desired);
    lacking.emplace_back(lacks, &one);
    missing_gpus += lacks * static_cast<double>(gpus_wanted(one, 1));
  }
  std::stable_sort(lacking.begin(), lacking.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [lacks, one] : lacking) {
    if (lacks <= kRounding || missing_gpus <= kRounding) return;
    ++*one->ahead;
    missing_gpus -= static_cast<double>(gpus_wanted(*one, 1));
  }
}

/// Returns the workloads, with `ahead` lowered to what they want at the same time. Adds the reason.
std::vector<PoolWorkload> joined(const PoolInput& input, api::Reasons& reasons) {
  std::vector<PoolWorkload> workloads = input.workloads;
  const auto gpus_then = [&] {
    std::int64_t sum = 0;
    for (const PoolWorkload& one : workloads) sum += gpus_wanted(one, wanted_then(one));
    return sum;
  };
  const bool more = std::any_of(workloads.begin(), workloads.end(),
                                [](const PoolWorkload& one) { return wanted_then(one) > one.desired; });
  if (workloads.size() < 2 || !more) return workloads;
  const std::string apart = std::to_string(gpus_then());
  const std::optional<double> share = share_at_once(workloads, input.quantile);
  if (!share) {
    reasons.push_back(
        {Code::SumOfFigures, apart + " GPUs are the sum of each workload's own figure: an upper bound, as they " +
                                 "share no scenario paths"});
    return workloads;
  }
  lower(workloads, *share);
  reasons.push_back(
      {Code::Together,
       std::to_string(gpus_then()) + " GPUs are wanted together, where each workload's own figure sums to " + apart});
  return workloads;
}

/// Replicas that the buffer keeps room for beyond `desired`, at most as many as will find a node. Surplus replicas that
/// are still bound leave their room to the buffer.
int buffer_of(const PoolWorkload& workload, int placed) {
  const int leaving = std::max(0, workload.bound - workload.desired);
  const int beyond_now = std::max(0, placed - std::max(0, workload.desired - workload.bound));
  return std::min(wanted_then(workload) - workload.desired, leaving + beyond_now);
}

api::Reason explain_workload(const PoolWorkload& workload, int placed, int on_new, bool never) {
  std::string text = workload.name + ": ";
  if (never) {
    return {Code::FitsNoNode,
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
  return {on_new > 0 ? Code::NodesNeeded : Code::NodesEnough, text};
}

/// Why the pool may not shrink now; empty: no objection.
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

/// Counts idle nodes that the pool can do without. The scheduler spreads small replicas over all nodes, so every node
/// seems to be taken. Therefore pack pods that are wanted now as the scheduler does, because they may land anywhere at
/// any moment. Then pack the future pods tightly. A node that stays empty is not needed if the scheduler's packing
/// still finds room for all pods without the empty nodes. All pods must also fit when only the first empty node is
/// gone, because nodes go singly.
class IdleNodes {
 public:
  IdleNodes(const Room& room, const PoolInput& input, const std::vector<Wanted>& wanted, const Packing& spread)
      : room_(room), input_(input), wanted_(wanted), spread_(spread) {}

  [[nodiscard]] int count() const {
    int untouched = 0, idle = 0;
    for (std::size_t i = 0; i < room_.idle.size(); ++i) {
      idle += room_.idle[i] ? 1 : 0;
      untouched += room_.idle[i] && spread_.taken[i] == 0 ? 1 : 0;
    }
    if (spread_.new_nodes > 0 || untouched == idle) return untouched;
    const std::vector<std::size_t> empty = left_empty();
    int n = static_cast<int>(empty.size());
    if (n <= untouched || !fits_without(empty, 1)) return untouched;
    while (n > untouched && !fits_without(empty, n)) n = (n + untouched) / 2;
    return n;
  }

 private:
  /// Idle nodes that stay empty when future pods are packed tightly.
  [[nodiscard]] std::vector<std::size_t> left_empty() const {
    std::vector<Wanted> now = wanted_, later = wanted_;
    for (std::size_t i = 0; i < now.size(); ++i) {
      const PoolWorkload& workload = input_.workloads[i];
      now[i].replicas = std::clamp(workload.desired - workload.bound, 0, wanted_[i].replicas);
    }
    const Packing soon = pack(room_.free, now, input_.fresh, 0);
    for (std::size_t i = 0; i < now.size(); ++i) later[i].replicas -= soon.placed[i];
    const auto rank = [&](std::size_t node) {  // in use, idle, on its way
      if (node >= room_.idle.size()) return soon.taken[node] > 0 ? 0 : 2;
      return room_.idle[node] && soon.taken[node] == 0 ? 1 : 0;
    };
    std::vector<std::size_t> order(room_.free.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
    std::vector<api::Amounts> free;
    for (const std::size_t node : order) free.push_back(soon.left[node]);
    const Packing close = pack(std::move(free), later, input_.fresh, 0, Prefer::LeastFree);
    std::vector<std::size_t> empty;
    for (std::size_t i = 0; i < order.size(); ++i)
      if (rank(order[i]) == 1 && close.taken[i] == 0) empty.push_back(order[i]);
    for (std::size_t i = 0; i < later.size(); ++i)
      if (soon.placed[i] + close.placed[i] < spread_.placed[i]) empty.clear();
    return empty;
  }

  /// True if all pods still fit without the first `n` nodes of `empty`.
  [[nodiscard]] bool fits_without(const std::vector<std::size_t>& empty, int n) const {
    const auto last = empty.begin() + n;
    std::vector<api::Amounts> free;
    for (std::size_t i = 0; i < room_.free.size(); ++i)
      if (std::find(empty.begin(), last, i) == last) free.push_back(room_.free[i]);
    return pack(std::move(free), wanted_, input_.fresh, 0).placed == spread_.placed;
  }

  const Room& room_;
  const PoolInput& input_;
  const std::vector<Wanted>& wanted_;
  const Packing& spread_;
};

/// The next size on the way down: `total` while a hold or the window keeps the nodes, else `total` - 1.
int shrunk(const PoolInput& input, int total, int needed, api::Reasons& reasons) {
  const std::string idle = nodes_in_words(total - needed) + " more than needed";
  if (const std::string hold = shrink_hold(input); !hold.empty()) {
    reasons.push_back({Code::ShrinkHeld, idle + ", kept: " + hold});
    return total;
  }
  const Stabilised calm = stabilise(total, needed, input.history, input.now, {Millis{0}, input.shrink_window, 0, 0});
  if (calm.replicas >= total) {
    reasons.push_back(
        {Code::Stabilizing, idle + ", kept until that was so for " + format_duration(input.shrink_window)});
    return total;
  }
  reasons.push_back({Code::Shrinking, idle + ": one is given back at a time"});
  return total - 1;
}

int room_now(const PoolWorkload& workload) {
  return workload.room.value_or(workload.desired + workload.buffer);
}

/// Desired + buffer after calming: grows at once, shrinks like the nodes, by a single replica at a time.
int calmed_room(const PoolInput& input, const PoolWorkload& workload, int needed) {
  const int room = room_now(workload);
  if (needed >= room) return needed;
  if (!shrink_hold(input).empty()) return room;
  const Calm calm{Millis{0}, input.shrink_window, 0, 0};
  return std::max(stabilise(room, needed, workload.history, input.now, calm).replicas, room - 1);
}

/// The buffer to keep after calming. A replica that was requested takes its room out of the buffer; a replica that goes
/// leaves no room behind.
int calmed_buffer(const PoolInput& input, const PoolWorkload& workload, int computed, bool nodes_fail) {
  const int room = calmed_room(input, workload, workload.desired + computed);
  const int most = nodes_fail ? workload.buffer : std::max(computed, workload.buffer);
  return std::clamp(room - workload.desired, 0, most);
}

}  // namespace

std::optional<double> share_at_once(const std::vector<PoolWorkload>& workloads, double quantile) {
  if (workloads.size() < 2) return std::nullopt;
  std::vector<std::vector<std::int64_t>> apart(workloads.size());  // GPUs beyond `desired`, by workload, then by path
  std::vector<std::int64_t> together;
  for (const auto& [path, first] : workloads.front().paths) {
    const auto has_it = [id = path](const PoolWorkload& one) { return one.paths.contains(id); };
    if (!std::all_of(workloads.begin(), workloads.end(), has_it)) continue;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < workloads.size(); ++i) {
      apart[i].push_back(gpus_wanted(workloads[i], std::max(0, workloads[i].paths.at(path) - workloads[i].desired)));
      sum += apart[i].back();
    }
    together.push_back(sum);
  }
  if (together.empty()) return std::nullopt;
  std::int64_t sum = 0;
  for (auto& one : apart) sum += quantile_of(std::move(one), quantile);
  if (sum == 0) return 1;  // too few or too low paths say nothing
  return std::min(1.0, static_cast<double>(quantile_of(std::move(together), quantile)) / static_cast<double>(sum));
}

const WorkloadRoom* PoolDecision::room_of(const std::string& uid) const {
  const auto found = std::find_if(rooms.begin(), rooms.end(), [&](const auto& room) { return room.uid == uid; });
  return found == rooms.end() ? nullptr : &*found;
}

PoolDecision decide_nodes(const PoolInput& input) {
  PoolDecision decision;
  const Room room = room_of(input);
  const std::vector<PoolWorkload> workloads = joined(input, decision.reasons);
  std::vector<Wanted> wanted;
  for (const PoolWorkload& workload : workloads)
    wanted.push_back({workload.replica, std::max(0, wanted_then(workload) - workload.bound)});
  const int most_new = std::max(0, input.max_nodes - room.total);
  const Packing packing = pack(room.free, wanted, input.fresh, most_new);

  decision.total = room.total;
  decision.lacking = packing.new_nodes;
  decision.nodes_fail = input.failing > 0;
  // `used` also counts starting and unusable nodes: a cordoned node is not ours to give back.
  const int used = room.total - IdleNodes(room, input, wanted, packing).count();
  decision.needed = std::max(used + packing.new_nodes, std::min(input.min_nodes, std::max(input.max_nodes, used)));

  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const PoolWorkload& workload = workloads[i];
    const int computed = buffer_of(workload, packing.placed[i]);
    decision.rooms.push_back(
        {workload.uid, calmed_buffer(input, workload, computed, decision.nodes_fail), workload.desired + computed});
    decision.limited = decision.limited || (packing.placed[i] < wanted[i].replicas && !packing.never[i]);
    decision.reasons.push_back(
        explain_workload(workload, packing.placed[i], packing.on_new_nodes[i], packing.never[i]));
  }
  if (decision.limited) {
    decision.reasons.push_back(
        {Code::MaxNodes, "the pool may have " + nodes_in_words(input.max_nodes) + ", which is not enough"});
  }
  decision.more = std::max(0, decision.needed - room.total);
  if (decision.nodes_fail) {
    // A single failure may be the node's own fault, so another node is tried. After two failures in a row, a third node
    // would be paid for in vain.
    const bool tries = input.failing == 1 && room.starting == 0;
    decision.more = std::min(decision.more, tries ? 1 : 0);
    decision.reasons.push_back(
        {Code::NodesStuck,
         nodes_in_words(input.stuck) + " asked for did not come within twice the lead time, and none came " +
             "since: until one does, " + (input.failing == 1 ? "only one more is tried" : "no more are asked for")});
  }
  decision.nodes = decision.needed < room.total ? shrunk(input, room.total, decision.needed, decision.reasons)
                                                : room.total + decision.more;
  return decision;
}

}  // namespace aia::plan
