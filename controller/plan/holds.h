// What holds replicas back or keeps them although nobody needs them, and for how long: each rule notes in the memory
// since when it holds, bounds itself in time where it can, and says so. Rules 4-6.
#pragma once

#include <vector>

#include "controller/plan/plan.h"
#include "controller/plan/supply.h"

namespace aia::plan {

/// The needs of all entries, combined: the largest wins.
struct Needs {
  bool known = false;
  int reactive = 0;        ///< for demand now
  double load = 0;         ///< likewise, not rounded, where requests may wait unseen
  int start = 0;           ///< must exist: for demand now, or when what is started now is ready
  int keep = 0;            ///< must not be stopped: `start`, or needed again before a restart paid
  std::size_t keeper = 0;  ///< the entry behind `keep`, when keep > start
};

/// How a collapse of demand is followed: all replicas are kept for two lead times, then a part less each lead time, and
/// none when ten lead times have passed, because what starts quickly is quickly back. An hour is the longest; where
/// lead times are long in it, replicas are kept for half of it, at least for one lead time, and the parts are shorter.
struct CollapseSteps {
  Millis whole{0};  ///< nothing is given back
  Millis part{0};   ///< from one part to the next
  Millis lasts{0};  ///< nothing is kept any more
};
CollapseSteps collapse_steps(Millis lead);

/// Since then less time has passed than a collapse lasts. Pods that have been lost for longer hide no demand: what is
/// measured now is what it is.
bool is_recent(WallTime since, const Input& input);

/// A scale-in goes no lower than this, and why.
struct Floor {
  int replicas = 0;
  api::Reason reason;
  std::string end;  ///< how a person ends it, when there is more to say than that a scale set by hand does
};

/// What the next decision is to know: each hold begins, goes on or ends.
Memory remembered(const Input& input, const Supply& supply, const Settings& settings,
                  const std::vector<DemandFigures>& figures);

/// Starts on nodes that do not come up, as far as they are missing: a rollout's surge stands in for nothing.
int beyond_ready(const Input& input, const Supply& supply);

/// Replicas that fail and are made up for: lost for half a lead time, lost again and again, or of a rollout whose pods
/// do not come up.
int failing(const Input& input, const Supply& supply);

/// Starts that hang or crash while other pods of the target serve, outside a rollout. Replacements for them are started
/// as replicas ahead of demand are: after pauses (try_ahead).
int failing_starts(const Input& input, const Supply& supply);

/// Replicas to ask for, so that `need` of them serve beside `failed` that do not. Other replicas are started in their
/// place by half of the need at a time, and beyond the replicas that there were when the first failed by no more than
/// the need, so that a fault that takes those, too, does not feed itself.
int with_replacements(int need, int failed, const Input& input, const Supply& supply, const Memory& memory);

/// More is to be started ahead of demand. False: most recent starts do not come up, and no try is due; one is after a
/// lead time, and then after pauses that double up to eight. `memory` notes the try.
bool try_ahead(const Input& input, const Supply& supply, Memory& memory);

/// Everything that keeps a scale-in from going down to needs.keep, in the order in which it is said.
std::vector<Floor> floors(const Input& input, const Needs& needs, const Supply& supply, const Memory& memory);

}  // namespace aia::plan
