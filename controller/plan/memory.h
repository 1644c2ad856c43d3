// Memory of a workload's planner from a decision to the next: since when each long hold stands, and its figures at the
// start. Memory enters with Input and leaves with Decision, so that the planner stays pure. A restart loses all but the
// collapses, which the status keeps. After a restart replicas are held longer, and a jump waits for a second sample
// again (rules 4-6).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "controller/api/codes.h"

namespace aia::plan {

struct Memory {
  /// Most recent starts do not come up: since when, and when the next try to start more is due.
  struct StuckStarts {
    WallTime since{}, next_try{};
    int tries = 0;
  };
  /// Pods lost Ready: since when, the replicas wanted before, and the number of lost pods.
  struct LostPods {
    WallTime since{};
    int wanted = 0;
    int count = 0;
  };
  /// Replacements run for failing pods: replicas when the first pod failed, and when a pod last failed.
  struct Replaced {
    int from = 0;
    WallTime last{};
  };
  /// Demand fell far below its forecast: since when, and with how many replicas.
  struct Collapse {
    WallTime since{};
    int from = 0;
  };
  /// Demand jumped beyond the confirmed demand: replicas before the jump, and when demand was last unconfirmed.
  struct Jump {
    int from = 0;
    WallTime last{};
  };
  /// The hold that now prevents a scale-in, by its reason's code, and since when.
  struct Hold {
    api::Code code = api::Code::Unknown;
    WallTime since{};
  };

  std::optional<StuckStarts> stuck{};
  std::optional<LostPods> lost{};
  std::optional<WallTime> not_serving_since{};  ///< pods that should serve do not
  std::optional<Replaced> replaced{};
  std::map<std::string, Collapse> collapses{};  ///< by the demand's name
  std::optional<Jump> jump{};
  std::optional<Hold> hold{};

  /// Moves every moment by `by`, after the wall clock was set, so that each stays as far from now.
  void shift(Millis by);
};

/// A prevented scale-in: its reason and its cost.
struct Held {
  api::Code code = api::Code::Unknown;  ///< code of the reason that holds the scale-in
  std::string message;                  ///< since when, the cost in an hour, why, and how a person ends the hold
  WallTime since{};
  int replicas = 0;  ///< surplus replicas that are kept
};

}  // namespace aia::plan
