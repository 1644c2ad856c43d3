// What holds replicas back or keeps them although nobody needs them, and for how long: each rule notes in the memory
// since when it holds, bounds itself in time where it can, and says so. Rules 4 to 6 of the design.
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
  int start = 0;           ///< what must exist: reactive or start
  int keep = 0;            ///< what must not be stopped: those, and keep
  std::size_t keeper = 0;  ///< the entry behind `keep`, when keep > start
};

/// How long a collapse of demand keeps replicas at most: an hour, or ten lead times where those are shorter, because
/// what starts quickly is quickly back.
Millis collapse_lasts(Millis lead);

/// A scale-in goes no lower than this, and why.
struct Floor {
  int replicas = 0;
  api::Reason reason;
  std::string end;  ///< how a person ends it, when there is more to say than that a scale set by hand does
};

/// What the next decision is to know: each hold begins, goes on or ends. `capped`: a demand's jump is not confirmed.
Memory remembered(const Input& input, const Supply& supply, bool capped);

/// Replicas that must exist beside those that are needed, because so many pods do not serve: lost for half a lead time,
/// or of a rollout whose pods do not come up. At most half of `need`, so that a fault that takes replacements, too,
/// does not feed itself.
int replacements(const Input& input, const Supply& supply, int need);

/// True when more may be started ahead of demand; false while most recent starts do not come up, but for a try now and
/// then: after one lead time, and then after pauses that double up to eight. `memory` notes the try.
bool may_start_ahead(const Input& input, const Supply& supply, Memory& memory);

/// Everything that keeps a scale-in from going down to needs.keep, in the order in which it is said.
std::vector<Floor> floors(const Input& input, const Needs& needs, const Supply& supply, const Memory& memory);

}  // namespace aia::plan
