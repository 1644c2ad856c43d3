// The writes that undo ours are values, as the controller's own are. Buffers go first, then sizes, then finalizers: a
// finalizer stays while anything of its pool is left, so that the recorded original size is not lost with the pool.
#include "controller/loop/nodepool/undo.h"

#include <optional>
#include <set>

#include "controller/loop/cycle/writes.h"

namespace aia::loop {
namespace {

/// The writes that undo ours for a pool, or delete a buffer.
struct UndoList {
  std::vector<Write> writes;      ///< each with its words in Write::why
  std::vector<std::string> left;  ///< said after the writes, if all of them succeeded
};

bool is_due(std::optional<WallTime> expires, WallTime now, const UndoOptions& options) {
  return options.all || (expires && *expires <= now);
}

/// True if no scale is left to put the original size back to. A kind that the API does not serve may come back, so that
/// counts only with --force.
bool is_gone(const ports::PoolSupply& supply, const UndoOptions& options) {
  if (!supply.problem) return false;
  const bool not_served = supply.problem->kind == ErrorKind::Invalid && !supply.size;
  return supply.problem->kind == ErrorKind::NotFound || (options.force && not_served);
}

std::string with_advice(const Error& problem) {
  return problem.message +
         (problem.kind == ErrorKind::Invalid ? "; --force forgets it, where that does not come back" : "");
}

/// Adds the write of the size. Returns false if the original size is not, or not yet, to be reached.
bool put_size_back(const api::AcceleratorPool& pool, const ports::PoolSupply& supply, const UndoOptions& options,
                   UndoList& list) {
  const std::string who = "AcceleratorPool " + pool.meta.name;
  const int was = pool.status.before->nodes;
  const int size = *supply.size;
  const int held = supply.held();
  const int target = options.force ? was : std::max(was, std::min(held, size));
  if (target < size && !supply.rolling.empty() && !options.force) {
    list.left.push_back(who + ": " + supply.rolling + "; run it again then");
    return false;
  }
  if (target != size || supply.marked()) {
    list.writes.push_back({SetSize{pool, size, target, supply.size_version, options.force},
                           who + ": from " + std::to_string(size) + " to " + std::to_string(target) + " nodes" +
                               (supply.marked() ? ", no mark of ours on a machine that stays" : "")});
  }
  if (target == was) return true;
  list.left.push_back(who + ": " + std::to_string(target) + " nodes are left, " + std::to_string(was) +
                      " were there before, because pods run on " + std::to_string(held) + " of them" +
                      (supply.shows_requests ? "" : ", or may: not all are seen") +
                      "; run it again when they are gone, or with --force, which drains them");
  return false;
}

/// Adds the writes that put the original size back and forget it. Returns false if the record must stay.
bool put_back(api::AcceleratorPool& pool, const ports::PoolSupply& supply, const UndoOptions& options, UndoList& list) {
  const std::string who = "AcceleratorPool " + pool.meta.name;
  const bool gone = is_gone(supply, options), somebody_elses = supply.refusal && !options.all;
  if (!gone && (!supply.size || somebody_elses)) {
    list.left.push_back(who + ": its size of before, " + std::to_string(pool.status.before->nodes) +
                        ", cannot be put back: " +
                        (supply.problem   ? with_advice(*supply.problem)
                         : supply.refusal ? supply.refusal->message
                                          : "its size is not known"));
    return false;
  }
  if (!gone && !put_size_back(pool, supply, options, list)) return false;
  pool.status.before.reset();
  list.writes.push_back({SetRecord{pool}, who + ": forgetting its size of before"});
  pool.meta.resource_version.clear();  // the version as read is out of date after our write
  return true;
}

UndoList undo_of(api::AcceleratorPool pool, const ports::PoolSupply& supply, bool buffers_left, WallTime now,
                 const UndoOptions& options) {
  UndoList list;
  const auto& before = pool.status.before;
  if (before && (!is_due(before->expires, now, options) || !put_back(pool, supply, options, list))) return list;
  if (pool.held && !buffers_left)
    list.writes.push_back({SetFinalizer{pool, false}, "taking our finalizer off AcceleratorPool " + pool.meta.name});
  return list;
}

/// Sends the writes, or only tells them. Returns true if none failed.
bool send_list(const UndoList& list, ports::Pools& pools, const UndoOptions& options, Undone& told) {
  const auto tell = [&](const Write& write, const Status& outcome) {
    if (outcome)
      told.done.push_back(write.why);
    else
      told.left.push_back(write.why + " failed: " + outcome.error().message);
  };
  bool all_succeeded = true;
  if (options.dry_run) {
    for (const auto& write : list.writes) tell(write, done);
  } else {
    all_succeeded = send_all(
        list.writes, {nullptr, &pools}, [] { return true; },
        [&](const Attempt& attempt) { tell(attempt.write, attempt.outcome); });
  }
  if (all_succeeded) told.left.insert(told.left.end(), list.left.begin(), list.left.end());
  return all_succeeded;
}

}  // namespace

Undone undo(ports::Pools& pools, WallTime now, const UndoOptions& options) {
  Undone told;
  std::set<std::string> with_buffers;  // pools with buffers left
  const auto buffers = pools.buffers(options.deadline);
  if (!buffers) told.left.push_back("which buffers there are is not known: " + buffers.error().message);
  if (buffers) {
    for (const auto& buffer : *buffers) {
      const UndoList list{{{DeleteBuffer{buffer}, "deleting the buffer of " + buffer.autoscaler.to_string()}}, {}};
      const bool gone = is_due(buffer.expires, now, options) && send_list(list, pools, options, told);
      if (!gone) with_buffers.insert(buffer.pool);
    }
  }
  std::vector<api::AcceleratorPool> all;
  for (auto& view : pools.pools()) all.push_back(std::move(view.object));
  const auto supplies = pools.supplies(all, options.deadline);
  for (std::size_t i = 0; i < all.size() && i < supplies.size(); ++i) {
    const bool buffers_left = !buffers || with_buffers.contains(all[i].meta.name);
    send_list(undo_of(all[i], supplies[i], buffers_left, now, options), pools, options, told);
  }
  return told;
}

}  // namespace aia::loop
