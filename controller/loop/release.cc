// Buffers go first, then sizes, then finalizers: a finalizer stays while anything of its pool is left, so that the
// recorded original size is not lost with the pool. Each write is told as done or as left behind, and with dry_run only
// told.
#include "controller/loop/release.h"

#include <algorithm>
#include <set>

namespace aia::loop {
namespace {

class Releaser {
 public:
  Releaser(ports::Pools& pools, WallTime now, const ReleaseOptions& options)
      : pools_(pools), now_(now), options_(options) {}

  Released run() {
    const auto buffers = pools_.buffers(options_.deadline);
    if (!buffers) out_.left.push_back("which buffers there are is not known: " + buffers.error().message);
    if (buffers) {
      for (const auto& buffer : *buffers) release_buffer(buffer);
    }
    std::vector<api::AcceleratorPool> all;
    for (auto& view : pools_.pools()) all.push_back(std::move(view.object));
    const auto supplies = pools_.supplies(all, options_.deadline);
    for (std::size_t i = 0; i < all.size() && i < supplies.size(); ++i) release_pool(all[i], supplies[i], buffers.ok());
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool due(std::optional<WallTime> expires) const {
    return options_.all || (expires && *expires <= now_);
  }

  /// Notes the outcome of a write; returns true if the write succeeded, or would be made (dry_run).
  bool did(const Status& outcome, const std::string& what) {
    if (outcome)
      out_.done.push_back(what);
    else
      out_.left.push_back(what + " failed: " + outcome.error().message);
    return outcome.ok();
  }

  void release_buffer(const ports::Buffer& buffer) {
    const bool gone = due(buffer.expires) && did(options_.dry_run ? done : pools_.delete_buffer(buffer),
                                                 "deleting the buffer of " + buffer.autoscaler.to_string());
    if (!gone) kept_.insert(buffer.pool);
  }

  void release_pool(api::AcceleratorPool& pool, const ports::PoolSupply& supply, bool buffers_known) {
    const auto& before = pool.status.before;
    if (before && (!due(before->expires) || !put_back(pool, supply))) return;
    if (!pool.held || !buffers_known || kept_.contains(pool.meta.name)) return;
    did(options_.dry_run ? done : pools_.hold(pool, false),
        "taking our finalizer off AcceleratorPool " + pool.meta.name);
  }

  /// True if no scale is left to put the original size back to. A kind that the API does not serve may come back, so
  /// that counts only with --force.
  [[nodiscard]] bool is_gone(const ports::PoolSupply& supply) const {
    if (!supply.problem) return false;
    const bool not_served = supply.problem->kind == ErrorKind::Invalid && !supply.size;
    return supply.problem->kind == ErrorKind::NotFound || (options_.force && not_served);
  }

  /// Returns true if the original size is back, and its record gone.
  bool put_back(api::AcceleratorPool& pool, const ports::PoolSupply& supply) {
    const std::string who = "AcceleratorPool " + pool.meta.name;
    const int was = pool.status.before->nodes;
    const bool gone = is_gone(supply), somebody_elses = supply.refusal && !options_.all;
    if (!gone && (!supply.size || somebody_elses)) {
      out_.left.push_back(who + ": its size of before, " + std::to_string(was) + ", cannot be put back: " +
                          (supply.problem   ? with_advice(*supply.problem)
                           : supply.refusal ? supply.refusal->message
                                            : "its size is not known"));
      return false;
    }
    if (!gone && !resize(pool, supply, was)) return false;
    pool.status.before.reset();
    const bool forgotten =
        did(options_.dry_run ? done : pools_.write_status(pool), who + ": forgetting its size of before");
    pool.meta.resource_version.clear();  // the version as read is out of date after our write
    return forgotten;
  }

  static std::string with_advice(const Error& problem) {
    return problem.message +
           (problem.kind == ErrorKind::Invalid ? "; --force forgets it, where that does not come back" : "");
  }

  bool resize(const api::AcceleratorPool& pool, const ports::PoolSupply& supply, int was) {
    const std::string who = "AcceleratorPool " + pool.meta.name;
    const int size = *supply.size;
    const int held = supply.held();
    const int target = options_.force ? was : std::max(was, std::min(held, size));
    if (target < size && !supply.rolling.empty() && !options_.force) {
      out_.left.push_back(who + ": " + supply.rolling + "; run it again then");
      return false;
    }
    if (target != size || supply.marked()) {
      const std::string what = who + ": from " + std::to_string(size) + " to " + std::to_string(target) + " nodes" +
                               (supply.marked() ? ", no mark of ours on a machine that stays" : "");
      const ports::SizeWrite write{size, target, supply.size_version, options_.force};
      if (!did(options_.dry_run ? done : pools_.write_size(pool, write), what)) return false;
    }
    if (target == was) return true;
    out_.left.push_back(who + ": " + std::to_string(target) + " nodes are left, " + std::to_string(was) +
                        " were there before, because pods run on " + std::to_string(held) + " of them" +
                        (supply.shows_requests ? "" : ", or may: not all are seen") +
                        "; run it again when they are gone, or with --force, which drains them");
    return false;
  }

  ports::Pools& pools_;
  const WallTime now_;
  const ReleaseOptions& options_;
  std::set<std::string> kept_;  ///< pools with buffers left
  Released out_;
};

}  // namespace

Released release(ports::Pools& pools, WallTime now, const ReleaseOptions& options) {
  return Releaser(pools, now, options).run();
}

}  // namespace aia::loop
