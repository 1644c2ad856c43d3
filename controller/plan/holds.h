// The holds: rules that hold back new replicas, or keep replicas beyond the need, and for how long. Each hold notes its
// begin in the memory, ends by itself where possible, and gives its reason (rules 4-6).
#pragma once

#include <vector>

#include "controller/plan/plan.h"
#include "controller/plan/supply.h"

namespace aia::plan {

/// The needs of all demand entries, combined: the largest need wins.
struct Needs {
  bool known = false;
  int reactive = 0;  ///< replicas for demand now
  double load = 0;   ///< like `reactive`, but not rounded, and only of entries where requests may wait unseen
  int start = 0;     ///< replicas that must exist: for demand now, or for demand when a replica started now is Ready
  int keep = 0;      ///< replicas that must not be stopped: `start`, or needed again before a restart has paid
  std::size_t keeper = 0;  ///< the entry behind `keep`, when keep > start
};

/// The steps after a collapse of demand. All replicas are kept for two lead times, then a part fewer in each lead time,
/// and none after ten lead times: a workload that starts quickly is quickly back. A collapse lasts at most an hour.
/// Where lead times are long in that hour, all replicas are kept for half an hour, but at least for one lead time, and
/// the parts are shorter.
struct CollapseSteps {
  Millis whole{0};  ///< all replicas are kept for this long
  Millis part{0};   ///< time from one part to the next
  Millis lasts{0};  ///< the hold ends after this long
};
CollapseSteps collapse_steps(Millis lead);

/// True while `since` is more recent than a collapse lasts. Pods lost for longer hide no demand: demand is as measured.
bool is_recent(WallTime since, const Input& input);

/// The lowest number of replicas that a scale-in may reach, and its reason.
struct Floor {
  int replicas = 0;
  api::Reason reason;
  std::string end;  ///< how a person ends the hold, other than by setting the scale by hand; empty: only so
};

/// The memory for the next decision: each hold begins, goes on or ends.
Memory remembered(const Input& input, const Supply& supply, const Settings& settings,
                  const std::vector<DemandFigures>& figures);

/// Stuck starts on nodes, up to the number of missing replicas: a rollout's surge pod stands in for no replica.
int beyond_ready(const Input& input, const Supply& supply);

/// Failing replicas that get replacements: lost for half a lead time, lost again and again, or of a rollout whose pods
/// do not come up.
int failing(const Input& input, const Supply& supply);

/// Starts that hang or crash outside a rollout while other pods of the target serve. Their replacements are started
/// like replicas ahead of demand: after pauses (try_ahead).
int failing_starts(const Input& input, const Supply& supply);

/// Replicas to request, so that `need` replicas serve beside `failed` failing replicas. Replacements start in batches
/// of half the need. Beyond the replicas that existed before the first failure, replacements are limited to `need`, so
/// that a fault that kills the replacements, too, does not feed itself.
int with_replacements(int need, int failed, const Input& input, const Supply& supply, const Memory& memory);

/// True if more replicas may start ahead of demand. False while most recent starts do not come up and no try is due.
/// The first try is due after one lead time, the next tries after pauses of two, four and eight. `memory` notes the
/// try.
bool try_ahead(const Input& input, const Supply& supply, Memory& memory);

/// All floors above needs.keep, in the order in which the reasons list them.
std::vector<Floor> floors(const Input& input, const Needs& needs, const Supply& supply, const Memory& memory);

}  // namespace aia::plan
